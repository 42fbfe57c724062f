"""One look into a network: everything that is asked for, of the weights as they are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.errors import UsageError
from engine.limits import PICTURE_CELLS
from engine.parts.layers import Layer
from engine.parts.layers.address import module_name, place
from engine.runs.inside import Column, Inside, Look, UnitTile, Wires
from engine.spec.columns import column_at
from engine.training.inside.connections import Connection, connections_of, strengths
from engine.training.inside.drawing import Drawing
from engine.training.inside.network import Network, after, by_unit
from engine.training.inside.samples import figures, seen
from engine.training.inside.unit import unit_figures
from engine.training.inside.wires import all_wires, wires_of
from engine.training.metrics import Evaluator
from engine.training.silencing import silenced
from engine.training.splits import Splits

MOST_UNITS = 64
"""Units that are shown of a column."""
LARGEST_TILE = 64
"""Columns and rows of a tile at most."""


def look_inside(
    evaluator: Evaluator,
    layers: Sequence[Layer],
    splits: Splits,
    look: Look,
    *,
    epoch: int = 0,
    step: int = 0,
) -> Inside:
    """What is to be seen of a network with its weights as they are; nothing of it changes.

    epoch, step: when that is, as it is told. Raises UsageError for a unit or a sample that is none.
    """
    check_look(look)
    network = Network(evaluator, layers, splits)
    index = _column(network, look)
    _check_sample(network, look)
    connections = connections_of(network)
    drawing = Drawing(network, connections)
    sample = None
    if look.sample is not None:
        sample, stored = seen(network, look)
        drawing.sample = network.values(stored)
    every = all_wires(connections)
    own: list[Wires] = []
    if every is None and index is not None and look.unit is not None:
        own = wires_of(connections, index, look.unit.index)
    return Inside(
        epoch=epoch,
        step=step,
        columns=_columns(network, connections, drawing, look, index),
        wires=own if every is None else every,
        has_all_wires=every is not None,
        unit=None if index is None else unit_figures(network, connections, drawing, look, index),
        sample=sample,
    )


def check_look(look: Look) -> None:
    """Refuse tiles of a size that would hold a training up."""
    sizes = (look.columns, look.rows, *look.large)
    if min(sizes) < 0 or min(look.columns, look.rows) < 1:
        raise UsageError(f"a tile of {look.columns:,} by {look.rows:,} cells can't be drawn")
    if max(look.columns, look.rows) > LARGEST_TILE:
        raise UsageError(f"a tile has {LARGEST_TILE} by {LARGEST_TILE} cells at most")
    if look.large[0] * look.large[1] > PICTURE_CELLS.most:
        raise UsageError(f"the picture has {PICTURE_CELLS.refusal(look.large[0] * look.large[1])}")


def _column(network: Network, look: Look) -> int | None:
    """The index of the column of the unit that is looked at; raises UsageError for none."""
    if look.unit is None:
        return None
    index = column_at(network.columns, look.unit.layer)
    if index is None or not 0 <= look.unit.index < network.num_units(index):
        where = place(look.unit.layer) if look.unit.layer else "the inputs"
        raise UsageError(f"{where}: there is no unit {look.unit.index}")
    return index


def _check_sample(network: Network, look: Look) -> None:
    if look.split and look.split not in network.splits.named():
        raise UsageError(f"there is no {look.split} split")
    name, part = network.part(look.split)
    if look.sample is not None and look.sample >= len(part):
        raise UsageError(f"the {name} split has {len(part):,} samples, no row {look.sample:,}")


def _columns(
    network: Network,
    connections: list[Connection],
    drawing: Drawing,
    look: Look,
    selected: int | None,
) -> list[Column]:
    weights = strengths(network, connections)
    asleep = silenced(network.model)
    found = []
    for index, column in enumerate(network.columns):
        count = network.num_units(index)
        own = look.unit.index if look.unit is not None and index == selected else None
        chosen = _chosen(weights[index], own)
        size = look.columns, look.rows
        tiles = drawing.tiles(index, chosen, size, before=look.before and not column.is_input)
        names = network.names(index)
        values = _values(drawing, after(column))
        quiet = set() if column.is_input else set(asleep.get(module_name(column.last.address), ()))
        units = [
            UnitTile(
                unit,
                names[unit] if names else "",
                tile,
                strength,
                unit in quiet,
                None if values is None else figures(values[unit : unit + 1])[0],
            )
            for unit, tile, strength in zip(
                chosen.tolist(), tiles, weights[index][chosen].tolist(), strict=True
            )
        ]
        found.append(
            Column(
                layer=column.address,
                layers=tuple(link.layer.brief for link in (*column.leading, *column.links)),
                block=column.block,
                sources=column.sources,
                num_units=count,
                units=units,
                is_ranked=len(chosen) < count,
                is_output=index == network.output,
                output_range=network.output_range(index),
            )
        )
    return found


def _chosen(strength: Tensor, selected: int | None) -> Tensor:
    """The units that are shown: all in order, or the strongest, with the selected one."""
    if len(strength) <= MOST_UNITS:
        return torch.arange(len(strength))
    chosen = strength.nan_to_num(torch.inf).topk(MOST_UNITS).indices
    if selected is not None and selected not in chosen.tolist():
        chosen[-1] = selected
    return chosen


def _values(drawing: Drawing, address: tuple[int, ...]) -> Tensor | None:
    """What each unit of a column gives for the chosen sample."""
    return None if drawing.sample is None else by_unit(drawing.sample[address])[:, 0]
