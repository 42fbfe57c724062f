"""Layers that keep values in a healthy range."""

from __future__ import annotations

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, factors, require_image
from engine.parts.shapes import Shape, ShapeError, Steps, product, shape_text


class _BatchNorm(Layer, abstract=True):
    normalizes = "batch"
    size_names = ("num_features",)
    torch_only = and_torch_only(Layer.torch_only, bias=(True,))
    cancels_bias = True

    eps: float = parameter(default=1e-5, help="added to the variance for stability", above=0)
    momentum: float | None = parameter(
        default=0.1,
        help="weight of the newest batch in the running statistics; None averages all",
        minimum=0,
        maximum=1,
    )
    affine: bool = parameter(default=True, help="learn a scale and a shift for each channel")
    track_running_stats: bool = parameter(
        default=True, help="keep running statistics for evaluation, else use the batch's own"
    )

    @property
    def keeps_statistics(self) -> bool:
        return self.track_running_stats

    @property
    def newest_share(self) -> float | None:
        return self.momentum if self.track_running_stats else None

    @property
    def alone(self) -> str:
        if self.momentum is None and self.track_running_stats:
            return f"{self.name} with momentum=None counts its batches one by one"
        return ""

    def is_single(self, shape: Shape) -> bool:
        return product(shape[1:]) == 1

    def num_parameters(self, shape: Shape) -> int:
        return 2 * shape[0] if self.affine else 0

    def terms(self, shape: Shape) -> str:
        return factors(2, shape[0]) if self.affine else ""

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]


class BatchNorm1d(_BatchNorm):
    """Normalize each feature over the batch."""

    words = (
        "Brings each value to mean 0 and deviation 1 over a batch, so that larger learning rates "
        "work."
    )
    here = (
        "Here it evens out {inputs} values over {batch} samples at a time, and learns {sum} "
        "numbers."
    )

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) not in (1, 2):
            raise ShapeError(
                f"{self} takes rows of features but gets {shape_text(shape)}",
                "use BatchNorm2d() for images, or put Flatten() before it",
            )
        return shape


class BatchNorm2d(_BatchNorm):
    """Normalize each channel of an image over the batch."""

    words = (
        "Brings each channel to mean 0 and deviation 1 over a batch, so that larger learning rates "
        "work."
    )
    here = (
        "Here it evens out {channels} channels over {batch} pictures at a time, and learns {sum} "
        "numbers."
    )

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise ShapeError(
                f"{self} takes images but gets {shape_text(shape)} features",
                "use BatchNorm1d()",
            )
        require_image(self, shape)
        return shape


class GroupNorm(Layer):
    """Normalize groups of channels, each sample by itself: for batches too small for BatchNorm."""

    words = "Brings groups of channels to mean 0 and deviation 1, each sample by itself."
    here = "Here it evens out {channels} channels in {num_groups} groups, and learns {sum} numbers."
    steady = True
    unpassed = ("num_groups",)
    size_names = ("num_groups", "num_channels")
    torch_only = and_torch_only(Layer.torch_only, bias=(True,))
    nonlinear = True
    normalizes = "sample"

    num_groups: int = parameter(help="into how many groups the channels are parted", minimum=1)
    eps: float = parameter(default=1e-5, help="added to the variance for stability", above=0)
    affine: bool = parameter(default=True, help="learn a scale and a shift for each channel")

    def output_shape(self, shape: Shape) -> Shape:
        if shape[0] % self.num_groups:
            raise ShapeError(f"{self}: {shape[0]} channels can't be parted into so many groups")
        return shape

    def num_parameters(self, shape: Shape) -> int:
        return 2 * shape[0] if self.affine else 0

    def terms(self, shape: Shape) -> str:
        return factors(2, shape[0]) if self.affine else ""

    def is_single(self, shape: Shape) -> bool:
        return product(shape) == self.num_groups

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return self.num_groups, shape[0]


class InstanceNorm2d(Layer):
    """Normalize each channel of each image by itself."""

    words = (
        "Brings each channel of each picture to mean 0 and deviation 1: brightness and contrast no "
        "longer count."
    )
    here = "Here it evens out {channels} channels of each picture, and learns {sum} numbers."
    nonlinear = True
    normalizes = "sample"
    size_names = ("num_features",)
    torch_only = and_torch_only(Layer.torch_only, bias=(True,))
    cancels_bias = True

    eps: float = parameter(default=1e-5, help="added to the variance for stability", above=0)
    momentum: float = parameter(
        default=0.1,
        help="weight of the newest batch in the running statistics",
        minimum=0,
        maximum=1,
    )
    affine: bool = parameter(default=False, help="learn a scale and a shift for each channel")
    track_running_stats: bool = parameter(
        default=False, help="keep running statistics for evaluation, else use the image's own"
    )

    @property
    def keeps_statistics(self) -> bool:
        return self.track_running_stats

    @property
    def newest_share(self) -> float | None:
        return self.momentum if self.track_running_stats else None

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        if product(shape[1:]) == 1:
            raise ShapeError(
                f"{self} has a single value per channel of {shape_text(shape)} to normalize",
                "leave it out",
            )
        return shape

    def num_parameters(self, shape: Shape) -> int:
        return 2 * shape[0] if self.affine else 0

    def terms(self, shape: Shape) -> str:
        return factors(2, shape[0]) if self.affine else ""

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]


class LayerNorm(Layer):
    """Normalize each sample over all its values; of a sequence each position by itself."""

    words = "Brings the values of each sample to mean 0 and deviation 1, whatever the batch is."
    here = "Here it evens out {inputs} values of each sample, and learns {sum} numbers."
    steady = True
    nonlinear = True
    normalizes = "sample"
    size_names = ("normalized_shape",)
    of_steps = True

    eps: float = parameter(default=1e-5, help="added to the variance for stability", above=0)
    elementwise_affine: bool = parameter(
        default=True, help="learn a scale and a shift for each value"
    )
    bias: bool = parameter(default=True, help="learn the shift as well as the scale")

    def erases(self, shape: Shape) -> bool:
        return product(_normalized(shape)) == 1

    def num_parameters(self, shape: Shape) -> int:
        return product(_normalized(shape)) * (1 + self.bias) if self.elementwise_affine else 0

    def terms(self, shape: Shape) -> str:
        of = product(_normalized(shape))
        return factors(1 + self.bias, of) if self.elementwise_affine else ""

    def sizes(self, shape: Shape) -> tuple[Shape, ...]:
        return (_normalized(shape),)


def _normalized(shape: Shape) -> Shape:
    """Over what LayerNorm's means are: all of a sample, or the features of each position."""
    return shape[-1:] if isinstance(shape, Steps) else shape
