"""One unit in numbers: what leads to it and on from it, and what it does over the data."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.runs.inside import Exciting, Look, Unit, UnitFigures, Weight
from engine.spec.columns import Column
from engine.training.inside.connections import Connection, place_name
from engine.training.inside.drawing import Drawing
from engine.training.inside.network import Network, after
from engine.training.inside.samples import figures, sample_at

MOST_WEIGHTS = 24
"""Weights that are told one by one, of those that lead to a unit and of those that lead on."""
NUM_EXCITING = 3
FLAT = 0.05
"""An activation is saturated where its slope is below this share of its steepest."""


def unit_figures(
    network: Network, connections: list[Connection], drawing: Drawing, look: Look, index: int
) -> UnitFigures:
    """Of the unit that is looked at; index: its column's."""
    assert look.unit is not None
    unit, column = look.unit.index, network.columns[index]
    incoming = [w for c in connections if c.target == index for w in _incoming(network, c, unit)]
    outgoing = [w for c in connections if c.source == index for w in _outgoing(network, c, unit)]
    num_incoming = sum(_count(c.index[unit]) for c in connections if c.target == index)
    num_outgoing = sum(_count(c.index[:, unit]) for c in connections if c.source == index)
    values = network.of_rows[after(column)][:, unit].detach().float().cpu()
    dead, saturated = _flat(network, column, unit)
    names = network.names(index)
    before = after_ = None
    if min(look.large) > 0:
        one = torch.tensor([unit])
        before = drawing.tiles(index, one, look.large, before=True)[0] if column.sources else None
        after_ = drawing.tiles(index, one, look.large, before=False)[0]
    return UnitFigures(
        unit=Unit(column.address, unit),
        name=names[unit] if names else "",
        bias=_bias(network, column, unit),
        incoming=_largest(incoming, num_incoming),
        outgoing=_largest(outgoing, num_outgoing),
        num_incoming=num_incoming,
        num_outgoing=num_outgoing,
        num_samples=len(values),
        mean=figures(values.mean().view(1))[0],
        spread=figures(values.std(correction=0).view(1))[0],
        dead=dead,
        saturated=saturated,
        gradient=_gradient(network, column, unit),
        exciting=_exciting(network, values),
        before=before,
        after=after_,
    )


def _incoming(network: Network, connection: Connection, unit: int) -> Iterator[Weight]:
    yield from _weights(network, connection, connection.index[unit], connection.source)


def _outgoing(network: Network, connection: Connection, unit: int) -> Iterator[Weight]:
    yield from _weights(network, connection, connection.index[:, unit], connection.target)


def _weights(
    network: Network, connection: Connection, index: Tensor, other: int
) -> Iterator[Weight]:
    """The weights at these places: (units of the other column, many)."""
    names = network.names(other)
    places = index.flatten()
    there = (places >= 0).nonzero()[:, 0]
    largest = connection.weights.flatten()[places[there]].abs().nan_to_num(torch.inf)
    kept = set(largest.topk(min(len(there), MOST_WEIGHTS)).indices.tolist())
    for rank, at in enumerate(there.tolist()):
        if rank not in kept:
            continue
        unit, many = divmod(at, index.shape[1])
        name = place_name(connection, names[unit] if names else str(unit), many)
        yield connection.weight(int(places[at]), name)


def _count(places: Tensor) -> int:
    """How many weights there are."""
    return int((places >= 0).sum())


def _largest(weights: list[Weight], count: int) -> list[Weight]:
    """The largest of so many, which are among these."""
    if count <= MOST_WEIGHTS:
        return weights
    return sorted(weights, key=lambda weight: -abs(weight.value or 0.0))[:MOST_WEIGHTS]


def _bias(network: Network, column: Column, unit: int) -> Weight | None:
    if column.is_input:
        return None
    parameters = dict(network.module(column.address).named_parameters(recurse=False))
    bias = parameters.get("bias")
    if bias is None:
        return None
    value = figures(bias[unit : unit + 1].detach())[0]
    return Weight("bias", value, column.address, "bias", (unit,))


def _flat(network: Network, column: Column, unit: int) -> tuple[float | None, float | None]:
    """The shares of its values that are dead, and saturated; None where that is no question."""
    link = None if column.is_input else column.activation
    if link is None:
        return None, None
    output = network.of_rows[link.address][:, unit].float()
    dead = saturated = None
    if link.layer.dead_at is not None:
        dead = float((output <= link.layer.dead_at).float().mean())
    slope = link.layer.slope(output)
    if slope is not None:
        saturated = float((slope < FLAT).float().mean())
    return dead, saturated


def _gradient(network: Network, column: Column, unit: int) -> float | None:
    """The norm of the loss's gradient by what leads to a unit and its bias, in evaluation mode."""
    if column.is_input:
        return None
    layer = column.maker.layer
    module = network.module(column.address)
    own = [module.get_parameter(name) for name in layer.weights]
    dims = [1 if layer.inputs_first else 0] * len(own)
    bias = dict(module.named_parameters(recurse=False)).get("bias")
    if bias is not None:
        own.append(bias)
        dims.append(0)
    if not own or not own[0].requires_grad:
        return None
    loss = network.loss_of_rows()
    if loss is None or not loss.requires_grad:
        return None
    found: tuple[Tensor | None, ...] = torch.autograd.grad(loss, own, allow_unused=True)
    squares = torch.zeros((), dtype=torch.float64)
    for gradient, dim in zip(found, dims, strict=True):
        if gradient is not None:
            squares += _of_unit(gradient, dim, unit, column).double().square().sum().cpu()
    return figures(squares.sqrt().view(1))[0]


def _of_unit(gradient: Tensor, dim: int, unit: int, column: Column) -> Tensor:
    """The part of a gradient that is one unit's."""
    size = gradient.shape[dim]
    return gradient.select(dim, unit % size)


def _exciting(network: Network, values: Tensor) -> list[Exciting]:
    """values: (samples, …) what the unit gives for the rows that figures are of."""
    most = values.flatten(1).amax(1) if values.dim() > 1 else values
    top = most.nan_to_num(-torch.inf).topk(min(len(most), NUM_EXCITING)).indices.tolist()
    outputs = network.of_rows[network.chain[-1].address]
    return [
        Exciting(
            value=figures(most[at].view(1))[0],
            sample=sample_at(network, "train", int(network.rows[at]), outputs[at : at + 1]),
        )
        for at in top
    ]
