"""Layers that are made of layers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Self

from engine.parts.component import literal, parameter
from engine.parts.layers.base import Layer
from engine.parts.shapes import Shape

if TYPE_CHECKING:
    from torch import nn


class Block(Layer, abstract=True):
    """A layer that holds a chain of layers.

    Its own facts are of what it does besides them: engine.parts.layers.address walks through all.
    """

    inside_parameter: ClassVar[str] = "layers"
    """What holds its layers; they have this name in PyTorch's module as well."""

    layers: tuple[Layer, ...] = parameter(help="the block's layers in order, each a call")

    @property
    def inside(self) -> tuple[Layer, ...]:
        return self.layers

    def with_inside(self, layers: tuple[Layer, ...]) -> Self:
        """The same around other layers."""
        return self.with_values(layers=layers)

    @property
    def brief(self) -> str:
        return str(self).replace(literal(self.layers), "[…]", 1)

    def complaint(self) -> str:
        return "" if self.layers else "there is no layer inside: give one or more, like [ReLU()]"

    def joined(self, shape: Shape, inside: Shape) -> Shape:
        """The shape it makes of its own input shape and what its layers make of that.

        Raises ShapeError where the two do not go together.
        """
        raise NotImplementedError

    def own_parameters(self, shape: Shape) -> int:
        """How many numbers it learns besides its layers."""
        return 0

    def output_shape(self, shape: Shape) -> Shape:
        return self.joined(shape, self._made_inside(shape))

    def num_parameters(self, shape: Shape) -> int:
        inside = sum(layer.num_parameters(own) for layer, own in self._inputs(shape))
        return inside + self.own_parameters(shape)

    def build_inside(self, shape: Shape) -> list[nn.Module]:
        """The modules of its layers for an input of this shape, in order."""
        return [layer.build(own) for layer, own in self._inputs(shape)]

    def code_inside(self, shape: Shape) -> list[str]:
        """The expressions that build its layers, in order, each with the comma behind it."""
        return [f"{layer.code(own)}," for layer, own in self._inputs(shape)]

    def _inputs(self, shape: Shape) -> Iterator[tuple[Layer, Shape]]:
        """Its layers, each with its input shape."""
        for layer in self.layers:
            yield layer, shape
            shape = layer.output_shape(shape)

    def _made_inside(self, shape: Shape) -> Shape:
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape


def call_lines(name: str, arguments: list[str]) -> str:
    """A call over several lines, an argument each."""
    return "\n".join([f"{name}(", *(textwrap.indent(one, "    ") for one in arguments), ")"])
