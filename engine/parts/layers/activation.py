"""Activations: element by element, or over one dimension."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, Range
from engine.parts.shapes import Shape, ShapeError, shape_text

if TYPE_CHECKING:
    from torch import Tensor


def own_dimension(layer: Layer, dim: int, shape: Shape) -> int:
    """A dimension counted from 1; raises ShapeError for the batch's, or none of this shape's."""
    found = dim + len(shape) + 1 if dim < 0 else dim
    if found == 0:
        raise ShapeError(f"{layer} would mix the samples of a batch", "use dim=1")
    if not 1 <= found <= len(shape):
        raise ShapeError(
            f"{layer} does not fit {shape_text(shape)}: its dimensions are 1 to {len(shape)}",
            "use dim=1",
        )
    return found


class _Activation(Layer, abstract=True):
    here = "Here it bends {inputs} values one by one and learns nothing{range}."
    steady = True
    nonlinear = True
    of_steps = True


class ReLU(_Activation):
    """Zero for negative values, the value itself otherwise."""

    words = (
        "Cuts off what is negative; such a bend is what lets layers in a row do more than a single "
        "one could."
    )
    keeps_zero = True
    kinks = 1
    dead_at = 0.0
    output_range = (0.0, math.inf)


class LeakyReLU(_Activation):
    """Like ReLU, with a small slope for negative values."""

    words = (
        "Shrinks what is negative instead of cutting it off, so that no unit falls silent for good."
    )
    keeps_zero = True
    here = "Here {inputs} values pass, negative ones times {negative_slope}."
    kinks = 1

    negative_slope: float = parameter(default=0.01, help="slope for negative values")


class ELU(_Activation):
    """Like ReLU, bending smoothly towards -alpha for negative values."""

    words = (
        "Lets what is negative level off smoothly, so that the mean of its values stays near zero."
    )
    keeps_zero = True

    alpha: float = parameter(default=1.0, help="the value approached on the negative side", above=0)

    @property
    def output_range(self) -> Range:
        return -self.alpha, math.inf


class GELU(_Activation):
    """The value times the normal distribution's share below it."""

    words = (
        "Fades values out smoothly around zero, where a ReLU has a sharp corner; language models "
        "use it."
    )
    keeps_zero = True
    output_range = (-0.1701, math.inf)

    approximate: Literal["none", "tanh"] = parameter(
        default="none", help="exact, or the tanh formula"
    )


class SiLU(_Activation):
    """The value times its sigmoid (also called swish)."""

    words = (
        "Lets each value decide by itself how much of it passes: large ones whole, very negative "
        "ones not at all."
    )
    keeps_zero = True
    output_range = (-0.2785, math.inf)


class Tanh(_Activation):
    """Squash to between -1 and 1."""

    words = (
        "Squashes any number to between -1 and 1: small ones hardly change, large ones all look "
        "alike."
    )
    keeps_zero = True
    output_range = (-1.0, 1.0)
    gradient_share = 0.605

    def slope(self, outputs: Tensor) -> Tensor:
        return 1 - outputs * outputs


class Sigmoid(_Activation):
    """Squash to between 0 and 1."""

    words = "Squashes any number to between 0 and 1, so that it can be read as a probability."
    meaning = "probability"
    output_range = (0.0, 1.0)
    gradient_share = 0.25

    def slope(self, outputs: Tensor) -> Tensor:
        return 4 * outputs * (1 - outputs)


class ReLU6(_Activation):
    """A ReLU that stops at 6."""

    words = (
        "Cuts off what is negative and what is above 6, so that low precision is enough for the "
        "rest."
    )
    keeps_zero = True
    kinks = 2
    dead_at = 0.0
    output_range = (0.0, 6.0)


class PReLU(_Activation):
    """Like LeakyReLU, with a slope for negative values that is learned."""

    words = "Shrinks what is negative, and learns by how much."
    keeps_zero = True
    here = "Here {inputs} values pass, and it learns {sum} slopes that begin at {init}."
    unpassed = ("per_channel",)
    size_names = ("num_parameters",)
    of_steps = False
    kinks = 1

    init: float = parameter(default=0.25, help="the slope to begin with")
    per_channel: bool = parameter(default=False, help="learn a slope for each channel, not one")

    def num_parameters(self, shape: Shape) -> int:
        return shape[0] if self.per_channel else 1

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1] if self.per_channel else ()


class SELU(_Activation):
    """An ELU scaled so that deep chains of it keep mean 0 and deviation 1."""

    words = "Bends values so that many layers in a row keep them at about the same size."
    keeps_zero = True
    output_range = (-1.7581, math.inf)


class CELU(_Activation):
    """An ELU whose slope at 0 is 1 for every alpha."""

    words = "Lets what is negative level off, with a slope that has no corner at zero."
    keeps_zero = True

    alpha: float = parameter(
        default=1.0, help="the value approached on the negative side", minimum=1e-6
    )

    @property
    def output_range(self) -> Range:
        return -self.alpha, math.inf


class Mish(_Activation):
    """The value times the tanh of its Softplus."""

    words = "Fades values out smoothly below zero, and lets a little of what is negative through."
    keeps_zero = True
    output_range = (-0.3089, math.inf)


class Hardswish(_Activation):
    """SiLU in straight pieces and one parabola: cheap."""

    words = (
        "Does nearly what SiLU does with sums and products alone, which small computers have "
        "sooner."
    )
    keeps_zero = True
    output_range = (-0.375, math.inf)


class Hardtanh(_Activation):
    """The value itself, cut to between min_val and max_val."""

    words = "Cuts values off below one number and above another, and leaves those between alone."
    here = "Here {inputs} values are kept between {min_val} and {max_val}."
    kinks = 2

    min_val: float = parameter(default=-1.0, help="the lowest value")
    max_val: float = parameter(default=1.0, help="the highest value")

    def complaint(self) -> str:
        return "" if self.min_val < self.max_val else "min_val must be below max_val"

    @property
    def output_range(self) -> Range:
        return self.min_val, self.max_val

    @property
    def gradient_share(self) -> float:
        return (math.erf(self.max_val / math.sqrt(2)) - math.erf(self.min_val / math.sqrt(2))) / 2

    def slope(self, outputs: Tensor) -> Tensor:
        return ((outputs > self.min_val) & (outputs < self.max_val)).to(outputs.dtype)


class Softsign(_Activation):
    """Squash to between -1 and 1, more gently than Tanh: x / (1 + abs(x))."""

    words = "Squashes any number to between -1 and 1, more slowly than Tanh does."
    keeps_zero = True
    output_range = (-1.0, 1.0)
    gradient_share = 0.413

    def slope(self, outputs: Tensor) -> Tensor:
        return (1 - outputs.abs()).square()


class GLU(_Activation):
    """Halve a dimension: the first half, times the sigmoid of the second."""

    words = "Lets one half of the values say how much passes of the other half."
    here = "Here {inputs} values go in and {outputs} come out; it learns nothing."
    of_steps = False

    dim: int = parameter(default=-1, help="dimension that is halved; -1 is the last one")

    def output_shape(self, shape: Shape) -> Shape:
        dim = own_dimension(self, self.dim, shape)
        if shape[dim - 1] % 2:
            raise ShapeError(
                f"{self} halves a dimension, but that of {shape_text(shape)} has {shape[dim - 1]}",
                "make it even",
            )
        return (*shape[: dim - 1], shape[dim - 1] // 2, *shape[dim:])


class Softplus(_Activation):
    """A smooth ReLU: log(1 + exp(beta·x)) / beta."""

    words = "Is a ReLU with a round corner, so that every value has a slope to learn by."
    output_range = (0.0, math.inf)

    beta: float = parameter(default=1.0, help="how sharp the bend is", above=0)
    threshold: float = parameter(
        default=20.0, help="above this, beta·x is taken as linear", minimum=0
    )


class _OverDimension(_Activation, abstract=True):
    of_steps = False
    always_written = ("dim",)

    dim: int = parameter(
        default=1, help="dimension that adds up to one; 1 is the classes, 0 the batch"
    )

    def output_shape(self, shape: Shape) -> Shape:
        own_dimension(self, self.dim, shape)
        return shape


class Softmax(_OverDimension):
    """Turn scores into probabilities that add up to one."""

    words = "Turns scores into probabilities: all positive, and one in sum."
    here = "Here {outputs} scores become as many probabilities; it learns nothing."
    meaning = "probabilities"
    output_range = (0.0, 1.0)


class LogSoftmax(_OverDimension):
    """The logarithm of Softmax, computed stably."""

    words = (
        "Turns scores into the logarithms of probabilities, which stay exact where these are tiny."
    )
    here = "Here {outputs} scores become as many logarithms; it learns nothing."
    meaning = "log-probabilities"
    output_range = (-math.inf, 0.0)
