"""Networks of torchvision's that were trained on ImageNet, as the beginning of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, require_image
from engine.parts.shapes import Shape, ShapeError

if TYPE_CHECKING:
    from torch import nn


class Backbone(NamedTuple):
    """What is known of one without torch."""

    features: int
    """That it makes of a picture."""
    parameters: int
    """Without the head, which is left out."""


BACKBONES = {
    "resnet18": Backbone(512, 11_176_512),
    "resnet34": Backbone(512, 21_284_672),
    "resnet50": Backbone(2048, 23_508_032),
    "mobilenet_v3_small": Backbone(576, 927_008),
    "mobilenet_v3_large": Backbone(960, 2_971_952),
    "efficientnet_b0": Backbone(1280, 4_007_548),
}
if TYPE_CHECKING:
    Network = str
else:
    Network = Literal[tuple(BACKBONES)]


class Pretrained(Layer):
    """A network of torchvision's without its head, with the weights that ImageNet gave it."""

    words = (
        "Is a large network that has seen a million photographs: what it makes of a picture, a few "
        "hundred features, is enough for a small head to learn from."
    )
    here = "Here it makes {outputs} features of a picture of {shape_in}."
    connects = False
    unpassed = ("learns",)

    network: Network = parameter(help="which of torchvision's")
    size: int = parameter(
        default=224,
        help="pixels a side that pictures are stretched to; 224 is what it was trained with",
        minimum=32,
        maximum=1024,
        unit="pixels",
        tries=64,
    )
    learns: bool = parameter(
        default=False,
        help="whether the training changes it; else it is frozen, and what it makes of each "
        "picture is computed once and kept",
    )

    @property
    def stays(self) -> bool:
        return not self.learns

    @property
    def steady(self) -> bool:  # type: ignore[override]  # a fact of its arguments here
        return self.stays

    @property
    def alone(self) -> str:
        return f"{self.name} has no stacked form"

    @property
    def starts_from_file(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        if shape[0] not in (1, 3):
            raise ShapeError(
                f"{self.name} takes pictures in gray or in three colors, and gets {shape[0]} "
                "channels",
                "put Conv2d(3, 1) before it",
            )
        return (BACKBONES[self.network].features,)

    def num_parameters(self, shape: Shape) -> int:
        return BACKBONES[self.network].parameters

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import Pretrained as Module

        return Module
