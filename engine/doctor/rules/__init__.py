"""The rules, a module per topic. To add one, add its function to its module's RULES."""

from engine.doctor.rules import (
    bottlenecks,
    data,
    images,
    layers,
    learning_rate,
    normalization,
    optimization,
    outputs,
    penalties,
    room,
    selection,
    targets,
)

ALL = (
    *room.RULES,
    *outputs.RULES,
    *learning_rate.RULES,
    *layers.RULES,
    *bottlenecks.RULES,
    *normalization.RULES,
    *images.RULES,
    *data.SCALES,
    *targets.RULES,
    *penalties.RULES,
    *optimization.RULES,
    *data.RULES,
    *selection.RULES,
)
"""Every rule; of equally grave findings the earlier rule's comes first: what keeps a network from
learning before what its result says too little about, and a cause before what follows from it:
raw inputs and strong penalties make a sound training look too short."""
