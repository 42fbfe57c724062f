"""The weights that are drawn between columns: all of a small network, else a unit's own."""

from __future__ import annotations

import math

from torch import Tensor

from engine.runs.inside import Wire, Wires
from engine.training.inside.connections import Connection

MOST_WIRES = 60
"""Weights of a network of which all are drawn."""
MOST_OF_A_UNIT = 32
"""Drawn of those that lead to a unit, and of those that lead on from it: the largest."""


def all_wires(connections: list[Connection]) -> list[Wires] | None:
    """Every weight between columns; None where there are too many."""
    if sum(each.index.shape[0] * each.index.shape[1] for each in connections) > MOST_WIRES:
        return None
    return [
        _wires(each, bearing, [*range(bearing.shape[1])], [*range(bearing.shape[0])])
        for each in connections
        for bearing in (each.bearing(),)
    ]


def wires_of(connections: list[Connection], column: int, unit: int) -> list[Wires]:
    """The largest weights that lead to a unit and on from it."""
    found = []
    for each in connections:
        bearing = each.bearing() if column in (each.source, each.target) else None
        if bearing is not None and each.target == column:
            found.append(_wires(each, bearing, _largest(bearing[unit]), [unit]))
        if bearing is not None and each.source == column:
            found.append(_wires(each, bearing, [unit], _largest(bearing[:, unit])))
    return found


def _wires(
    connection: Connection, bearing: Tensor, sources: list[int], targets: list[int]
) -> Wires:
    chosen = bearing[targets][:, sources].tolist()
    wires = [
        Wire(source, target, weight if math.isfinite(weight) else None)
        for target, row in zip(targets, chosen, strict=True)
        for source, weight in zip(sources, row, strict=True)
    ]
    return Wires(
        source=connection.source,
        target=connection.target,
        wires=wires,
        is_summed=connection.is_summed,
    )


def _largest(weights: Tensor) -> list[int]:
    """The indices of the largest, in their own order."""
    count = min(len(weights), MOST_OF_A_UNIT)
    return sorted(weights.abs().nan_to_num(math.inf).topk(count).indices.tolist())
