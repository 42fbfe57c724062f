"""The rules, a module per topic. To add one, add its function to its module's RULES."""

from engine.doctor.rules import (
    data,
    images,
    layers,
    learning_rate,
    normalization,
    optimization,
    outputs,
    room,
    selection,
    targets,
)

ALL = (
    *room.RULES,
    *outputs.RULES,
    *learning_rate.RULES,
    *layers.RULES,
    *normalization.RULES,
    *optimization.RULES,
    *targets.RULES,
    *images.RULES,
    *data.RULES,
    *selection.RULES,
)
"""Every rule; of equally grave findings the earlier rule's comes first: what keeps a network from
learning before what its result says too little about."""
