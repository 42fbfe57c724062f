"""The layer between an encoder and a decoder, which an objective puts there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, require_features
from engine.parts.shapes import Shape, ShapeError, shape_text

if TYPE_CHECKING:
    from torch import nn


class Sampled(Layer, abstract=True):
    """A place drawn from where it is told that a sample lies; the mean in an evaluation.

    No experiment names it: variational() puts it behind its layers.
    """

    name: ClassVar[str] = "Sampled"
    unpassed = ("latent",)
    makes_units = True

    latent: int = parameter(help="numbers of a place")

    def output_shape(self, shape: Shape) -> Shape:
        require_features(self, shape)
        if shape != (2 * self.latent,):
            raise ShapeError(
                f"{self} takes {2 * self.latent} values but gets {shape_text(shape)}",
                f"end with Linear({2 * self.latent})",
            )
        return (self.latent,)

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import Sampled as Module

        return Module
