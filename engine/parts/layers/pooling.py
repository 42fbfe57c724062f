"""Windows over images and sequences that learn nothing."""

from __future__ import annotations

from typing import ClassVar

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, require_image, require_sequence
from engine.parts.shapes import Shape, ShapeError, Size, each_way, shape_text, size_text


class _Pool(Layer, abstract=True):
    """What pooling in one and in two directions shares; each declares its parameters."""

    here = "Here {shape_in} becomes {shape_out}: {inputs} values are {outputs} then."
    steady = True
    directions: ClassVar[int]
    """1 for sequences (channels, length), 2 for images (channels, height, width)."""

    def complaint(self) -> str:
        sizes = zip(self._each("padding"), self._each("kernel_size"), strict=True)
        if any(2 * border > window for border, window in sizes):
            return "padding may be at most half of kernel_size"
        return ""

    def output_shape(self, shape: Shape) -> Shape:
        (require_image if self.directions == 2 else require_sequence)(self, shape)
        values = self.values()
        stride = "kernel_size" if values["stride"] is None else "stride"
        rows = zip(
            shape[1:],
            self._each("kernel_size"),
            self._each(stride),
            self._each("padding"),
            each_way(values.get("dilation", 1), self.directions),
            strict=True,
        )
        sizes = tuple(_pooled_size(*row, values["ceil_mode"]) for row in rows)
        if min(sizes) < 1:
            raise ShapeError(
                f"{self}: its {size_text(values['kernel_size'], self.directions)} window does not "
                f"fit into {shape_text(shape)}",
                "use a smaller kernel_size or leave it out",
                code="kernel-above-image",
            )
        return (shape[0], *sizes)

    def _each(self, name: str) -> tuple[int, ...]:
        return each_way(self.values()[name], self.directions)


def _pooled_size(size: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> int:
    room = size + 2 * p - d * (k - 1) - 1
    out = (room + (s - 1 if ceil_mode else 0)) // s + 1
    # A window must start inside the image or its left border, as PyTorch has it.
    return out - 1 if ceil_mode and (out - 1) * s >= size + p else out


_MAX_POOL = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
"""PyTorch's order."""
_OVER_THE_EDGE = "also use windows that hang over the edge"


class _Pool2d(_Pool, abstract=True):
    directions = 2

    kernel_size: Size = parameter(help="size of the window", minimum=1, unit="pixels")
    stride: Size | None = parameter(
        default=None, help="step between windows; None means one window", minimum=1, unit="pixels"
    )
    padding: Size = parameter(
        default=0, help="border added around the image", minimum=0, unit="pixels"
    )


class MaxPool2d(_Pool2d):
    """Keep the largest value of each window."""

    words = (
        "Makes a picture smaller and keeps the strongest value of each window, wherever in it that "
        "is."
    )
    nonlinear = True
    torch_only = and_torch_only(Layer.torch_only, return_indices=(False,))
    torch_order = _MAX_POOL

    dilation: Size = parameter(
        default=1, help="distance between window taps", minimum=1, unit="pixels"
    )
    ceil_mode: bool = parameter(default=False, help=_OVER_THE_EDGE)


class AvgPool2d(_Pool2d):
    """Take the mean of each window."""

    words = "Makes a picture smaller: each window becomes its mean."
    torch_only = and_torch_only(Layer.torch_only, divisor_override=(None,))

    ceil_mode: bool = parameter(default=False, help=_OVER_THE_EDGE)
    count_include_pad: bool = parameter(default=True, help="count the border's zeros in the mean")


class AdaptiveAvgPool2d(Layer):
    """Average an image down to a fixed size."""

    words = "Averages a picture of any size down to a size that is given."
    here = "Here {shape_in} becomes {shape_out}: {inputs} values are {outputs} then."
    steady = True

    output_size: Size = parameter(
        help="height and width it makes", minimum=1, maximum=4096, unit="pixels"
    )

    def wavers_on_card(self, shape: Shape) -> bool:
        sizes = zip(shape[1:], each_way(self.output_size, 2), strict=True)
        return any(given % made for given, made in sizes)  # windows overlap then

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        return (shape[0], *each_way(self.output_size, 2))


class _Pool1d(_Pool, abstract=True):
    directions = 1

    kernel_size: int = parameter(help="length of the window", minimum=1)
    stride: int | None = parameter(
        default=None, help="step between windows; None means one window", minimum=1
    )
    padding: int = parameter(default=0, help="places added at both ends", minimum=0)


class MaxPool1d(_Pool1d):
    """Keep the largest value of each window of a sequence."""

    words = "Makes a sequence shorter and keeps the strongest value of each window."
    nonlinear = True
    torch_only = and_torch_only(Layer.torch_only, return_indices=(False,))
    torch_order = _MAX_POOL

    dilation: int = parameter(default=1, help="distance between window taps", minimum=1)
    ceil_mode: bool = parameter(default=False, help=_OVER_THE_EDGE)


class AvgPool1d(_Pool1d):
    """Take the mean of each window of a sequence."""

    words = "Makes a sequence shorter: each window becomes its mean."

    ceil_mode: bool = parameter(default=False, help=_OVER_THE_EDGE)
    count_include_pad: bool = parameter(default=True, help="count the added zeros in the mean")


class AdaptiveAvgPool1d(Layer):
    """Average a sequence down to a fixed length."""

    words = "Averages a sequence of any length down to a length that is given."
    here = "Here {shape_in} becomes {shape_out}: {inputs} values are {outputs} then."
    steady = True

    output_size: int = parameter(help="length it makes", minimum=1, maximum=1_000_000)

    def output_shape(self, shape: Shape) -> Shape:
        require_sequence(self, shape)
        return (shape[0], self.output_size)
