"""Shapes along the chain of layers, in pure Python, so that editing is instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.parts.layers import Layer
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError, product, shape_text


@dataclass(frozen=True)
class Link:
    """One layer in its place: what goes in, what comes out, what it learns."""

    layer: Layer
    input_shape: Shape
    output_shape: Shape
    num_parameters: int


def links(layers: Sequence[Layer], shape: Shape, problems: list[Problem]) -> list[Link]:
    """The layers with their shapes for an input of this shape.

    Stops at the first layer that does not fit and adds its problem.
    """
    chain: list[Link] = []
    for index, layer in enumerate(layers):
        try:
            output = layer.output_shape(shape)
            if product(output) > MAX_ELEMENTS:
                raise ShapeError(f"{layer} would make {shape_text(output)} values per sample")
        except ShapeError as error:
            problems.append(Problem(f"layers[{index}]", str(error)))
            break
        chain.append(Link(layer, shape, output, layer.num_parameters(shape)))
        shape = output
    return chain
