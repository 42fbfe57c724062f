"""Layers that make images and sequences larger."""

from __future__ import annotations

from typing import Literal

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, require_image
from engine.parts.shapes import Shape, ShapeError, Size, each_way, shape_text

_MODES = {
    2: ("nearest", "nearest-exact", "linear"),
    3: ("nearest", "nearest-exact", "bilinear", "bicubic"),
}
"""The modes for a shape of so many dimensions: a sequence, an image."""
_SMOOTH = ("linear", "bilinear", "bicubic")


class Upsample(Layer):
    """Make an image or a sequence larger, by copies or by what lies between its values."""

    words = "Makes a picture or a sequence larger by filling in what lies between its values."
    here = "Here {shape_in} becomes {shape_out}; it learns nothing."
    steady = True
    torch_only = and_torch_only(Layer.torch_only, recompute_scale_factor=(None, False))

    size: Size | None = parameter(
        default=None, help="the size it makes", minimum=1, maximum=4096, unit="pixels"
    )
    scale_factor: float | tuple[float, float] | None = parameter(
        default=None, help="how many times as large", above=0, maximum=64
    )
    mode: Literal["nearest", "linear", "bilinear", "bicubic", "nearest-exact"] = parameter(
        default="nearest", help="how the values in between are made"
    )
    align_corners: bool | None = parameter(
        default=None, help="whether the corner values stay as they are; for the smooth modes"
    )

    @property
    def alone(self) -> str:
        return f"{self} has no stacked form" if self.mode == "nearest-exact" else ""

    def wavers_on_card(self, shape: Shape) -> bool:
        return self.mode in ("linear", "bicubic")  # for bilinear PyTorch has a second way

    def complaint(self) -> str:
        if (self.size is None) == (self.scale_factor is None):
            return "give either size or scale_factor"
        if self.align_corners is not None and self.mode not in _SMOOTH:
            return f"align_corners is for {', '.join(_SMOOTH)}"
        return ""

    def output_shape(self, shape: Shape) -> Shape:
        modes = _MODES.get(len(shape))
        if modes is None:
            raise ShapeError(
                f"{self} takes images or sequences but gets {shape_text(shape)}", "leave it out"
            )
        directions = len(shape) - 1
        given = self.size if self.scale_factor is None else self.scale_factor
        if self.mode not in modes:
            what = "a sequence" if directions == 1 else "an image"
            raise ShapeError(f"{self}: {what} is made larger by {', '.join(modes)}")
        if isinstance(given, tuple) and len(given) != directions:
            raise ShapeError(f"{self} has two sizes, but {shape_text(shape)} has one", "give one")
        if self.scale_factor is None:
            assert self.size is not None, "one of the two is given"
            return (shape[0], *each_way(self.size, directions))
        factors = each_way(self.scale_factor, directions)
        sizes = tuple(int(size * f) for size, f in zip(shape[1:], factors, strict=True))
        if min(sizes) < 1:
            raise ShapeError(f"{self} leaves nothing of {shape_text(shape)}")
        return (shape[0], *sizes)


class ZeroPad2d(Layer):
    """Put a border of zeros around an image."""

    words = "Puts a border of zeros around a picture, so that what follows may reach over its edge."
    here = "Here {shape_in} becomes {shape_out}; it learns nothing."
    steady = True

    padding: int | tuple[int, int, int, int] = parameter(
        help="width of the border, or that at the left, right, top and bottom",
        minimum=0,
        maximum=1024,
        unit="pixels",
    )

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        left, right, top, bottom = each_way(self.padding, 4)
        return (shape[0], shape[1] + top + bottom, shape[2] + left + right)
