"""The weights that lead from one column to another, whatever kind of layer has them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.parts.layers import Layer
from engine.parts.shapes import Steps, places, product
from engine.runs.inside import Weight
from engine.training.inside.network import Network


@dataclass(frozen=True)
class Connection:
    """What leads from a column to another."""

    source: int
    target: int
    layer: tuple[int, ...]
    parameter: str
    weights: Tensor
    """The parameter as it is, on the CPU."""
    index: Tensor
    """(targets, sources, many): where in it, flat, a weight is; -1 for none."""
    places: tuple[int, ...]
    """What `many` is made of: a kernel's size, or a map's that is laid out flat."""

    def values(self) -> Tensor:
        """(targets, sources, many), zero where there is no weight."""
        found = self.weights.flatten()[self.index.clamp_min(0)]
        return found.masked_fill(self.index < 0, 0.0)

    @property
    def is_summed(self) -> bool:
        return self.index.shape[2] > 1

    def bearing(self) -> Tensor:
        """(targets, sources): the weight; of many, their norm with the sign of their sum."""
        values = self.values()
        if not self.is_summed:
            return values[..., 0]
        norms: Tensor = torch.linalg.vector_norm(values, dim=2)
        return norms.copysign(values.sum(2))

    def weight(self, flat: int, name: str) -> Weight:
        """One of the weights, by its index in the parameter laid out flat."""
        value = float(self.weights.flatten()[flat])
        return Weight(
            name=name,
            value=value if math.isfinite(value) else None,
            layer=self.layer,
            parameter=self.parameter,
            place=unraveled(flat, tuple(self.weights.shape)),
        )


def connections_of(network: Network) -> list[Connection]:
    """What leads from column to column; a sum's shortcut as it is, and grouped layers, too."""
    found = []
    for target, column in enumerate(network.columns):
        if column.is_input or not column.maker.layer.connects:
            continue
        layer, source = column.maker.layer, column.sources[-1]
        laid_out = _is_of_steps(network, source)
        for name in layer.weights:
            weights = network.module(column.address).get_parameter(name).detach().cpu().float()
            sources = network.num_units(source)
            index = _index(layer, weights, sources, column.num_units, places_first=laid_out)
            if index is not None:
                places = _places(network, source, index.shape[2], weights)
                found.append(
                    Connection(source, target, column.address, name, weights, index, places)
                )
    return found


def _is_of_steps(network: Network, source: int) -> bool:
    """Whether a column's values lie position by position where they are laid out flat."""
    column = network.columns[source]
    return not column.is_input and isinstance(column.maker.output_shape, Steps)


def _index(
    layer: Layer, weights: Tensor, sources: int, targets: int, *, places_first: bool
) -> Tensor | None:
    """(targets, sources, many) flat places in a parameter; None where sources can't be told.

    places_first: what comes in flat is laid out place by place, not source by source.
    """
    flat = torch.arange(weights.numel()).view(weights.shape)
    if weights.dim() == 2:  # (targets, sources · places)
        if flat.shape[1] % sources:
            return None
        if places_first:
            return flat.view(len(flat), -1, sources).transpose(1, 2)
        return flat.view(len(flat), sources, -1)
    flat = flat.flatten(2)
    if layer.inputs_first:  # (sources, targets of a group, many)
        parts = [part.transpose(0, 1) for part in flat.chunk(targets // flat.shape[1])]
    else:  # (targets, sources of a group, many)
        parts = [*flat.chunk(max(1, sources // flat.shape[1]))]
    made, within, many = parts[0].shape
    if within * len(parts) != sources:
        return None
    index = torch.full((targets, sources, many), -1)
    for number, part in enumerate(parts):
        rows = slice(number * made, (number + 1) * made)
        index[rows, number * within : (number + 1) * within] = part
    return index


def _places(network: Network, source: int, many: int, weights: Tensor) -> tuple[int, ...]:
    if weights.dim() > 2:
        return tuple(weights.shape[2:])
    column = network.columns[source]
    shapes = [network.facts.shape] if column.is_input else []
    shapes += [link.output_shape for link in column.links]
    flat = (places(shape) for shape in reversed(shapes) if len(shape) > 1)
    return next((there for there in flat if product(there) == many), (many,))


def unraveled(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place in a tensor that an index in its flat form means."""
    found: list[int] = []
    for size in reversed(shape):
        flat, rest = divmod(flat, size)
        found.append(rest)
    return tuple(reversed(found))


def place_name(connection: Connection, unit: str, many: int) -> str:
    """What a weight comes from or leads to: a unit, and where in its map or kernel."""
    if not connection.is_summed:
        return unit
    where = ", ".join(map(str, unraveled(many, connection.places)))
    return f"{unit} ({where})".strip()


def strengths(network: Network, connections: list[Connection]) -> list[Tensor]:
    """By column: the 2-norm of what leads on from each unit, else of what leads to it."""
    leading_on: dict[int, Tensor] = {}
    leading_to: dict[int, Tensor] = {}
    for each in connections:
        squares = each.values().square()
        for found, column, dims in (
            (leading_on, each.source, (0, 2)),
            (leading_to, each.target, (1, 2)),
        ):
            before = found.get(column)
            found[column] = squares.sum(dims) if before is None else before + squares.sum(dims)
    known = {**leading_to, **leading_on}
    return [
        known[index].sqrt().nan_to_num(0.0)
        if index in known
        else torch.ones(network.num_units(index))
        for index in range(len(network.columns))
    ]
