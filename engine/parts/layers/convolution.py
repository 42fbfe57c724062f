"""Convolution and pooling over images."""

from __future__ import annotations

from typing import Any, Literal

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, require_image
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError, pair, pair_text, shape_text

Size = int | tuple[int, int]
"""One number for both directions, or (height, width)."""


class Conv2d(Layer):
    """Slide learned filters over an image."""

    steady = True
    convolves = True
    width_parameter = "out_channels"
    weights = ("weight",)

    out_channels: int = parameter(
        help="how many filters", minimum=1, maximum=100_000, unit="channels"
    )
    kernel_size: Size = parameter(help="size of a filter", minimum=1, maximum=1024, unit="pixels")
    stride: Size = parameter(default=1, help="step between positions", minimum=1, unit="pixels")
    padding: Size | Literal["same", "valid"] = parameter(
        default=0, help="border added around the image", minimum=0, maximum=1024, unit="pixels"
    )
    dilation: Size = parameter(
        default=1, help="distance between filter taps", minimum=1, maximum=1024, unit="pixels"
    )
    groups: int = parameter(default=1, help="channel groups that are kept apart", minimum=1)
    bias: bool = parameter(default=True, help="add a learned bias to each channel")
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = parameter(
        default="zeros", help="what the border is filled with"
    )

    def complaint(self) -> str:
        if self.padding == "same" and pair(self.stride) != (1, 1):
            return 'padding="same" needs stride=1'
        if self.out_channels % self.groups:
            return f"out_channels={self.out_channels} is not divisible by groups={self.groups}"
        return ""

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        channels, *image = shape
        if channels % self.groups:
            raise ShapeError(f"{self}: {channels} channels are not divisible by its groups")
        self._check_border(shape)
        if self.padding == "same":
            sizes = tuple(image)
        else:
            border = (0, 0) if isinstance(self.padding, str) else pair(self.padding)
            sizes = tuple(
                (size + 2 * p - d * (k - 1) - 1) // s + 1
                for size, p, d, k, s in zip(
                    image,
                    border,
                    pair(self.dilation),
                    pair(self.kernel_size),
                    pair(self.stride),
                    strict=True,
                )
            )
        if min(sizes) < 1:
            raise ShapeError(
                f"{self}: its {pair_text(self.kernel_size)} filter does not fit "
                f"into {shape_text(shape)}",
                "use a smaller kernel_size or a padding",
            )
        if self.num_parameters(shape) > MAX_ELEMENTS:
            raise ShapeError(f"{self} needs {self.num_parameters(shape):,} parameters: too many")
        return (self.out_channels, *sizes)

    def _check_border(self, shape: Shape) -> None:
        if isinstance(self.padding, str):
            # PyTorch pads "same" by dilation·(kernel - 1), the odd pixel at the end.
            reach = [
                d * (k - 1)
                for d, k in zip(pair(self.dilation), pair(self.kernel_size), strict=True)
            ]
            border = [(r + 1) // 2 if self.padding == "same" else 0 for r in reach]
        else:
            border = list(pair(self.padding))
        limit = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        if limit is not None and any(
            b > size - limit for b, size in zip(border, shape[1:], strict=True)
        ):
            raise ShapeError(
                f"{self}: a {self.padding_mode} border can't be wider than the "
                f"{shape_text(shape)} image it mirrors",
                'use padding_mode="zeros"',
            )

    def num_parameters(self, shape: Shape) -> int:
        height, width = pair(self.kernel_size)
        return self.out_channels * (shape[0] // self.groups * height * width + self.bias)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]


class _Pool2d(Layer, abstract=True):
    steady = True
    kernel_size: Size = parameter(help="size of the window", minimum=1, unit="pixels")
    stride: Size | None = parameter(
        default=None, help="step between windows; None means one window", minimum=1, unit="pixels"
    )
    padding: Size = parameter(
        default=0, help="border added around the image", minimum=0, unit="pixels"
    )

    def complaint(self) -> str:
        sizes = zip(pair(self.padding), pair(self.kernel_size), strict=True)
        if any(2 * border > window for border, window in sizes):
            return "padding may be at most half of kernel_size"
        return ""

    def pooled(self, shape: Shape, dilation: Size, ceil_mode: bool) -> Shape:
        require_image(self, shape)
        stride = self.kernel_size if self.stride is None else self.stride
        rows = zip(
            shape[1:],
            pair(self.kernel_size),
            pair(stride),
            pair(self.padding),
            pair(dilation),
            strict=True,
        )
        sizes = tuple(_pooled_size(*row, ceil_mode) for row in rows)
        if min(sizes) < 1:
            raise ShapeError(
                f"{self}: its {pair_text(self.kernel_size)} window does not fit "
                f"into {shape_text(shape)}",
                "use a smaller kernel_size or leave it out",
            )
        return (shape[0], *sizes)


def _pooled_size(size: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> int:
    room = size + 2 * p - d * (k - 1) - 1
    out = (room + (s - 1 if ceil_mode else 0)) // s + 1
    # A window must start inside the image or its left border, as PyTorch has it.
    return out - 1 if ceil_mode and (out - 1) * s >= size + p else out


class MaxPool2d(_Pool2d):
    """Keep the largest value of each window."""

    nonlinear = True

    dilation: Size = parameter(
        default=1, help="distance between window taps", minimum=1, unit="pixels"
    )
    ceil_mode: bool = parameter(default=False, help="also use windows that hang over the edge")

    def output_shape(self, shape: Shape) -> Shape:
        return self.pooled(shape, self.dilation, self.ceil_mode)


class AvgPool2d(_Pool2d):
    """Take the mean of each window."""

    ceil_mode: bool = parameter(default=False, help="also use windows that hang over the edge")
    count_include_pad: bool = parameter(default=True, help="count the border's zeros in the mean")

    def output_shape(self, shape: Shape) -> Shape:
        return self.pooled(shape, 1, self.ceil_mode)


class AdaptiveAvgPool2d(Layer):
    """Average an image down to a fixed size."""

    steady = True

    output_size: Size = parameter(
        help="height and width it makes", minimum=1, maximum=4096, unit="pixels"
    )

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        return (shape[0], *pair(self.output_size))

    def sizes(self, shape: Shape) -> tuple[Any, ...]:
        return ()
