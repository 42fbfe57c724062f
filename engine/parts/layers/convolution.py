"""Learned filters over images and sequences."""

from __future__ import annotations

from itertools import product
from typing import ClassVar, Literal

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, factors, require_image, require_sequence
from engine.parts.layers.initial import (
    Init,
    Initialized,
    initial_bias,
    initial_scale,
    initial_weights,
)
from engine.parts.shapes import (
    MAX_ELEMENTS,
    Shape,
    ShapeError,
    Size,
    each_way,
    shape_text,
    size_text,
)

Border = Literal["zeros", "reflect", "replicate", "circular"]


class _Convolution(Initialized, abstract=True):
    """What convolutions in one and in two directions share; each declares its parameters."""

    here = "Here {shape_in} becomes {shape_out}, and it learns {sum} numbers."
    steady = True
    convolves = True
    width_parameter = "out_channels"
    weights = ("weight",)
    size_names = ("in_channels",)
    directions: ClassVar[int]
    """1 for sequences (channels, length), 2 for images (channels, height, width)."""

    def complaint(self) -> str:
        values = self.values()
        channels, groups = values["out_channels"], values["groups"]
        if values["padding"] == "same" and any(s != 1 for s in self._each("stride")):
            return 'padding="same" needs stride=1'
        if channels % groups:
            return f"out_channels={channels} is not divisible by groups={groups}"
        return super().complaint()

    def output_shape(self, shape: Shape) -> Shape:
        values = self.values()
        (require_image if self.directions == 2 else require_sequence)(self, shape)
        channels, *places = shape
        if channels % values["groups"]:
            raise ShapeError(f"{self}: {channels} channels are not divisible by its groups")
        self._check_border(shape)
        sizes = tuple(
            (size + border - d * (k - 1) - 1) // s + 1
            for size, border, d, k, s in zip(
                places,
                self._added(),
                self._each("dilation"),
                self._each("kernel_size"),
                self._each("stride"),
                strict=True,
            )
        )
        if min(sizes) < 1:
            raise ShapeError(
                f"{self}: its {size_text(values['kernel_size'], self.directions)} filter does not "
                f"fit into {shape_text(shape)}",
                "use a smaller kernel_size or a padding",
                code="kernel-above-image",
            )
        if self.num_parameters(shape) > MAX_ELEMENTS:
            raise ShapeError(f"{self} needs {self.num_parameters(shape):,} parameters: too many")
        return (values["out_channels"], *sizes)

    def num_parameters(self, shape: Shape) -> int:
        values = self.values()
        taps = 1
        for size in self._each("kernel_size"):
            taps *= size
        return int(values["out_channels"] * (shape[0] // values["groups"] * taps + values["bias"]))

    def terms(self, shape: Shape) -> str:
        values = self.values()
        made, inside = values["out_channels"], shape[0] // values["groups"]
        return factors(inside, *self._each("kernel_size"), made, plus=values["bias"] * made)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]

    def taps(self, shape: Shape, place: tuple[int, ...]) -> list[int | None]:
        values = self.values()
        channels, *sizes = shape
        inside = channels // values["groups"]
        first = place[0] // (values["out_channels"] // values["groups"]) * inside
        along = [
            [
                _mirrored(at * stride + tap * dilation - added // 2, size, values["padding_mode"])
                for tap in range(taps)
            ]
            for at, size, stride, taps, dilation, added in zip(
                place[1:],
                sizes,
                self._each("stride"),
                self._each("kernel_size"),
                self._each("dilation"),
                self._added(),
                strict=True,
            )
        ]
        found: list[int | None] = []
        for channel in range(first, first + inside):
            for tap in product(*along):
                flat: int | None = channel
                for at, size in zip(tap, sizes, strict=True):
                    flat = None if flat is None or at is None else flat * size + at
                found.append(flat)
        return found

    def _each(self, name: str) -> tuple[int, ...]:
        return each_way(self.values()[name], self.directions)

    def _reach(self) -> list[int]:
        """How far a filter goes beyond its first tap, per direction."""
        taps = zip(self._each("dilation"), self._each("kernel_size"), strict=True)
        return [d * (k - 1) for d, k in taps]

    def _added(self) -> list[int]:
        """What padding adds to each size, both ends together."""
        padding = self.values()["padding"]
        if isinstance(padding, str):
            return self._reach() if padding == "same" else [0] * self.directions
        return [2 * border for border in self._each("padding")]

    def _check_border(self, shape: Shape) -> None:
        values = self.values()
        # PyTorch pads "same" by dilation·(kernel - 1), the odd one at the end.
        border = [(added + 1) // 2 for added in self._added()]
        limit = {"reflect": 1, "circular": 0}.get(values["padding_mode"])
        if limit is not None and any(
            b > size - limit for b, size in zip(border, shape[1:], strict=True)
        ):
            raise ShapeError(
                f"{self}: a {values['padding_mode']} border can't be wider than the "
                f"{shape_text(shape)} {'image' if self.directions == 2 else 'sequence'} it mirrors",
                'use padding_mode="zeros"',
            )


def _mirrored(at: int, size: int, border: Border) -> int | None:
    """Which place of so many stands where a border may be; None where that is a zero."""
    if 0 <= at < size:
        return at
    match border:
        case "reflect":
            return -at if at < 0 else 2 * (size - 1) - at
        case "replicate":
            return max(0, min(at, size - 1))
        case "circular":
            return at % size
    return None


class Conv2d(_Convolution):
    """Slide learned filters over an image."""

    words = (
        "Slides small learned patterns over a picture and tells how well each fits at every place."
    )
    directions = 2

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
    padding_mode: Border = parameter(default="zeros", help="what the border is filled with")
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()
    init_bias: float | None = initial_bias()


class Conv1d(_Convolution):
    """Slide learned filters over a sequence."""

    words = (
        "Slides small learned patterns along a sequence and tells how well each fits at every "
        "place."
    )
    directions = 1

    out_channels: int = parameter(
        help="how many filters", minimum=1, maximum=100_000, unit="channels"
    )
    kernel_size: int = parameter(help="length of a filter", minimum=1, maximum=100_000)
    stride: int = parameter(default=1, help="step between positions", minimum=1)
    padding: int | Literal["same", "valid"] = parameter(
        default=0, help="places added at both ends", minimum=0, maximum=100_000
    )
    dilation: int = parameter(
        default=1, help="distance between filter taps", minimum=1, maximum=100_000
    )
    groups: int = parameter(default=1, help="channel groups that are kept apart", minimum=1)
    bias: bool = parameter(default=True, help="add a learned bias to each channel")
    padding_mode: Border = parameter(default="zeros", help="what the ends are filled with")
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()
    init_bias: float | None = initial_bias()


class ConvTranspose2d(Initialized):
    """A convolution the other way: spread each pixel out with learned filters."""

    words = "Paints a larger picture: each value puts down a learned pattern, and these add up."
    here = "Here {shape_in} becomes {shape_out}, and it learns {sum} numbers."
    steady = True

    convolves = True
    inputs_first = True
    width_parameter = "out_channels"
    weights = ("weight",)
    size_names = ("in_channels",)
    torch_only = and_torch_only(Layer.torch_only, padding_mode=("zeros",))

    out_channels: int = parameter(
        help="how many filters", minimum=1, maximum=100_000, unit="channels"
    )
    kernel_size: Size = parameter(help="size of a filter", minimum=1, maximum=1024, unit="pixels")
    stride: Size = parameter(
        default=1, help="how far pixels are moved apart", minimum=1, maximum=1024, unit="pixels"
    )
    padding: Size = parameter(
        default=0, help="border cut off the result", minimum=0, maximum=1024, unit="pixels"
    )
    output_padding: Size = parameter(
        default=0, help="added at the lower right", minimum=0, maximum=1024, unit="pixels"
    )
    groups: int = parameter(default=1, help="channel groups that are kept apart", minimum=1)
    bias: bool = parameter(default=True, help="add a learned bias to each channel")
    dilation: Size = parameter(
        default=1, help="distance between filter taps", minimum=1, maximum=1024, unit="pixels"
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()
    init_bias: float | None = initial_bias()

    def complaint(self) -> str:
        if self.out_channels % self.groups:
            return f"out_channels={self.out_channels} is not divisible by groups={self.groups}"
        rows = zip(
            each_way(self.output_padding, 2),
            each_way(self.stride, 2),
            each_way(self.dilation, 2),
            strict=True,
        )
        if any(added >= max(stride, dilation) for added, stride, dilation in rows):
            return "output_padding must be smaller than stride or dilation"
        return super().complaint()

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        if shape[0] % self.groups:
            raise ShapeError(f"{self}: {shape[0]} channels are not divisible by its groups")
        sizes = tuple(
            (size - 1) * s - 2 * p + d * (k - 1) + added + 1
            for size, s, p, d, k, added in zip(
                shape[1:],
                each_way(self.stride, 2),
                each_way(self.padding, 2),
                each_way(self.dilation, 2),
                each_way(self.kernel_size, 2),
                each_way(self.output_padding, 2),
                strict=True,
            )
        )
        if min(sizes) < 1:
            raise ShapeError(
                f"{self}: its padding leaves nothing of {shape_text(shape)}",
                "use a smaller padding",
            )
        if self.num_parameters(shape) > MAX_ELEMENTS:
            raise ShapeError(f"{self} needs {self.num_parameters(shape):,} parameters: too many")
        return (self.out_channels, *sizes)

    def num_parameters(self, shape: Shape) -> int:
        height, width = each_way(self.kernel_size, 2)
        filters = shape[0] * (self.out_channels // self.groups) * height * width
        return filters + self.out_channels * self.bias

    def terms(self, shape: Shape) -> str:
        sizes = each_way(self.kernel_size, 2)
        made = self.out_channels // self.groups
        return factors(shape[0], *sizes, made, plus=self.out_channels * self.bias)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]
