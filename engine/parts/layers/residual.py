"""Blocks whose input is added to their output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.parts.component import parameter
from engine.parts.layers.base import Layer
from engine.parts.layers.block import Block, call_lines
from engine.parts.layers.convolution import Conv1d, Conv2d
from engine.parts.layers.dense import Linear
from engine.parts.layers.initial import Init, Initialized, initial_scale, initial_weights
from engine.parts.shapes import Shape, ShapeError, Steps, shape_text

if TYPE_CHECKING:
    from torch import nn


class Residual(Block, Initialized):
    """Add the input to what the layers inside make of it: they learn the difference.

    He et al. 2016, Deep Residual Learning for Image Recognition; a projection is their option C,
    and as theirs has no bias.
    """

    words = (
        "Adds what came in to what its layers make of it, so that they need only learn the "
        "difference."
    )
    here = (
        "Here {inputs} values become {outputs}, and with the layers inside it learns {params} "
        "numbers."
    )
    steady = True
    of_steps = True

    shortcut: Literal["identity", "projection"] = parameter(
        default="identity",
        help="how the input is added: as it is, or through learned weights (1×1 for images)",
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()

    def complaint(self) -> str:
        if not self.weights and self.init != "default":
            return 'init is of the weights of shortcut="projection"'
        return super().complaint() or Initialized.complaint(self)

    @property
    def weights(self) -> tuple[str, ...]:
        return ("shortcut.weight",) if self.shortcut == "projection" else ()

    @property
    def unfilled(self) -> Layer:
        inside = tuple(layer.unfilled for layer in self.inside)
        return self.with_values(layers=inside, init="default", init_scale=None)

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import Residual as Module

        return Module

    def joined(self, shape: Shape, inside: Shape) -> Shape:
        if self.shortcut == "projection":
            self._projection(shape, inside).output_shape(shape)
        elif inside != shape:
            raise ShapeError(
                f"{self.brief} adds its input, {shape_text(shape)}, to what its layers make of it, "
                f"{shape_text(inside)}, which has another shape",
                f'write shortcut="projection", or {_advice(shape, inside)}',
            )
        return inside

    def own_parameters(self, shape: Shape) -> int:
        if self.shortcut == "identity":
            return 0
        return self._projection(shape, self._made_inside(shape)).num_parameters(shape)

    def build(self, shape: Shape) -> nn.Module:
        inside = self.build_inside(shape)
        if self.shortcut == "identity":
            return self.own_module()(*inside)
        projection = self._projection(shape, self._made_inside(shape))
        return self.own_module()(*inside, shortcut=projection.build(shape))

    def code(self, shape: Shape) -> str:
        arguments = self.code_inside(shape)
        if self.shortcut == "projection":
            projection = self._projection(shape, self._made_inside(shape))
            arguments.append(f"shortcut={projection.code(shape)},")
        return call_lines(self.name, arguments)

    def _projection(self, shape: Shape, inside: Shape) -> Layer:
        """The layer that brings an input to the shape of what is inside; raises ShapeError."""
        if len(shape) == len(inside) == 1 or (
            isinstance(shape, Steps) and isinstance(inside, Steps) and shape[0] == inside[0]
        ):
            return Linear(inside[-1], bias=False)
        strides = tuple(map(_stride, shape[1:], inside[1:]))
        if len(shape) == len(inside) == 2 and all(strides):
            return Conv1d(inside[0], 1, stride=strides[0], bias=False)
        if len(shape) == len(inside) == 3 and all(strides):
            height, width = strides
            stride = height if height == width else (height, width)
            return Conv2d(inside[0], 1, stride=stride, bias=False)
        raise ShapeError(
            f"{self.brief}: no projection makes {shape_text(inside)} of its input, "
            f"{shape_text(shape)}",
            "change the layers inside of it",
        )


def _advice(shape: Shape, inside: Shape) -> str:
    if len(shape) == len(inside) == 1:
        return f"end it with Linear({shape[0]})"
    return "change its layers"


def _stride(size: int, wanted: int) -> int:
    """The smallest step at which so many places of a row are met; 0 where there is none."""
    stride = (size - 1) // wanted + 1
    return stride if (size - 1) // stride + 1 == wanted else 0
