"""A layer whose bend is a sine: for what changes quickly from place to place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.parts.component import parameter
from engine.parts.layers.base import factors, require_features
from engine.parts.layers.initial import Init, Initialized, initial_scale, initial_weights
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError, Steps, shape_text

if TYPE_CHECKING:
    from torch import nn


class Sine(Initialized):
    """The sine of a weighted sum, omega times as fast: SIREN, with its own first weights.

    Sitzmann et al. 2020, Implicit Neural Representations with Periodic Activation Functions: the
    weights begin evenly between plus and minus sqrt(6 / inputs) / omega, and those of the first
    layer between plus and minus 1 / inputs; biases as PyTorch's Linear has them.
    """

    words = (
        "Mixes everything that comes in and turns each sum into a wave, so that fine detail is "
        "learned as soon as coarse shapes."
    )
    here = "Here {inputs} values become {outputs} waves, and it learns {sum} numbers{range}."
    steady = True
    of_steps = True
    nonlinear = True
    width_parameter = "out_features"
    weights = ("weight",)
    size_names = ("in_features",)
    output_range = (-1.0, 1.0)

    out_features: int = parameter(
        help="how many outputs", minimum=1, maximum=1_000_000, unit="units"
    )
    omega: float = parameter(
        default=30.0,
        help="how fast the sine goes: the larger, the finer what is learned first",
        above=0,
        maximum=1000,
    )
    first: bool = parameter(
        default=False, help="whether it takes the inputs themselves, which asks for larger weights"
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()

    def output_shape(self, shape: Shape) -> Shape:
        if not isinstance(shape, Steps):
            require_features(self, shape)
        if self.num_parameters(shape) > MAX_ELEMENTS:
            raise ShapeError(
                f"{self} on {shape_text(shape)} inputs would need "
                f"{self.num_parameters(shape):,} parameters",
                "give it fewer outputs",
            )
        if isinstance(shape, Steps):
            return Steps((shape[0], self.out_features))
        return (self.out_features,)

    def num_parameters(self, shape: Shape) -> int:
        return (shape[-1] + 1) * self.out_features

    def terms(self, shape: Shape) -> str:
        return factors(shape[-1], self.out_features, plus=self.out_features)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[-1:]

    def code(self, shape: Shape) -> str:
        size = f"({shape[-1]}, "  # two bare numbers would be outputs and omega
        return super().code(shape).replace(size, f"{size}out_features=", 1)

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import Sine as Module

        return Module
