"""The rules, a module per topic. To add one, add its function to its module's RULES."""

from engine.doctor.rules import (
    bottlenecks,
    class_balance,
    convolutions,
    data,
    ending,
    files,
    images,
    initial,
    layers,
    leaks,
    learning_rate,
    normalization,
    optimization,
    optimizer_settings,
    order,
    outputs,
    penalties,
    room,
    schedules,
    selection,
    targets,
)

ALL = (
    *files.RULES,
    *room.RULES,
    *outputs.RULES,
    *order.RULES,
    *convolutions.RULES,
    *initial.RULES,
    *learning_rate.RULES,
    *optimizer_settings.RULES,
    *layers.RULES,
    *bottlenecks.RULES,
    *normalization.RULES,
    *images.RULES,
    *data.SCALES,
    *targets.RULES,
    *penalties.RULES,
    *schedules.RULES,
    *optimization.RULES,
    *ending.RULES,
    *leaks.RULES,
    *class_balance.RULES,
    *data.RULES,
    *selection.RULES,
)
"""Every rule; of equally grave findings the earlier rule's comes first: what keeps a network from
learning before what its result says too little about, and a cause before what follows from it:
raw inputs and strong penalties make a sound training look too short."""
