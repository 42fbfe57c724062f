"""The rules, a module per topic. To add one, add its function to its module's RULES."""

from engine.doctor.rules import (
    data,
    images,
    layers,
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
    *layers.RULES,
    *normalization.RULES,
    *data.RULES,
    *targets.RULES,
    *images.RULES,
    *optimization.RULES,
    *selection.RULES,
)
"""Every rule; of equally grave findings the earlier rule's comes first."""
