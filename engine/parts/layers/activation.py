"""Activations: element by element, or over one dimension."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, Range
from engine.parts.shapes import Shape, ShapeError, shape_text

if TYPE_CHECKING:
    from torch import Tensor


class _Activation(Layer, abstract=True):
    steady = True
    nonlinear = True


class ReLU(_Activation):
    """Zero for negative values, the value itself otherwise."""

    kinks = 1
    dead_at = 0.0
    output_range = (0.0, math.inf)


class LeakyReLU(_Activation):
    """Like ReLU, with a small slope for negative values."""

    kinks = 1

    negative_slope: float = parameter(default=0.01, help="slope for negative values")


class ELU(_Activation):
    """Like ReLU, bending smoothly towards -alpha for negative values."""

    alpha: float = parameter(default=1.0, help="the value approached on the negative side", above=0)

    @property
    def output_range(self) -> Range:
        return -self.alpha, math.inf


class GELU(_Activation):
    """The value times the normal distribution's share below it."""

    output_range = (-0.1701, math.inf)

    approximate: Literal["none", "tanh"] = parameter(
        default="none", help="exact, or the tanh formula"
    )


class SiLU(_Activation):
    """The value times its sigmoid (also called swish)."""

    output_range = (-0.2785, math.inf)


class Tanh(_Activation):
    """Squash to between -1 and 1."""

    output_range = (-1.0, 1.0)
    gradient_share = 0.605

    def slope(self, outputs: Tensor) -> Tensor:
        return 1 - outputs * outputs


class Sigmoid(_Activation):
    """Squash to between 0 and 1."""

    meaning = "probability"
    output_range = (0.0, 1.0)
    gradient_share = 0.25

    def slope(self, outputs: Tensor) -> Tensor:
        return 4 * outputs * (1 - outputs)


class Softplus(_Activation):
    """A smooth ReLU: log(1 + exp(beta·x)) / beta."""

    output_range = (0.0, math.inf)

    beta: float = parameter(default=1.0, help="how sharp the bend is", above=0)
    threshold: float = parameter(
        default=20.0, help="above this, beta·x is taken as linear", minimum=0
    )


class _OverDimension(_Activation, abstract=True):
    always_written = ("dim",)

    dim: int = parameter(
        default=1, help="dimension that adds up to one; 1 is the classes, 0 the batch"
    )

    def output_shape(self, shape: Shape) -> Shape:
        dim = self.dim + len(shape) + 1 if self.dim < 0 else self.dim
        if dim == 0:
            raise ShapeError(f"{self} would mix the samples of a batch", "use dim=1")
        if not 1 <= dim <= len(shape):
            raise ShapeError(
                f"{self} does not fit {shape_text(shape)}: its dimensions are 1 to {len(shape)}",
                "use dim=1",
            )
        return shape


class Softmax(_OverDimension):
    """Turn scores into probabilities that add up to one."""

    meaning = "probabilities"
    output_range = (0.0, 1.0)


class LogSoftmax(_OverDimension):
    """The logarithm of Softmax, computed stably."""

    meaning = "log-probabilities"
    output_range = (-math.inf, 0.0)
