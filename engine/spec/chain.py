"""Shapes along the layers and inside of blocks, in pure Python, so that editing is instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, place
from engine.parts.layers.base import require_kind
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError, product, shape_text


@dataclass(frozen=True)
class Link:
    """One layer in its place: what goes in, what comes out, what it learns."""

    address: Address
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    num_parameters: int
    """All that it learns, with what is inside of it."""
    inside: tuple[Link, ...] = ()
    """Of a block: its layers."""

    @property
    def own_parameters(self) -> int:
        """What it learns besides the layers inside of it."""
        return self.num_parameters - sum(link.num_parameters for link in self.inside)


def links(
    layers: Sequence[Layer], shape: Shape, problems: list[Problem], within: Address = ()
) -> list[Link]:
    """The layers with their shapes for an input of this shape; within: a block's address.

    Stops at the first layer that does not fit and adds its problem.
    """
    chain: list[Link] = []
    for index, layer in enumerate(layers):
        address = (*within, index)
        before = len(problems)
        inside = tuple(links(layer.inside, shape, problems, address))
        if len(problems) > before:
            break
        try:
            require_kind(layer, shape)
            output = layer.output_shape(shape)
            if product(output) > MAX_ELEMENTS:
                raise ShapeError(f"{layer} would make {shape_text(output)} values per sample")
            count = layer.num_parameters(shape)
        except ShapeError as error:
            problems.append(Problem(place(address), str(error), error.code))
            break
        chain.append(Link(address, layer, shape, output, count, inside))
        shape = output
    return chain


def every(chain: Sequence[Link]) -> Iterator[Link]:
    """The links of a chain and all inside of them; a block before its layers."""
    for link in chain:
        yield link
        yield from every(link.inside)
