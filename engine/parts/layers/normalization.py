"""Layers that keep values in a healthy range."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, require_image
from engine.parts.shapes import Shape, ShapeError, product, shape_text


class _BatchNorm(Layer, abstract=True):
    normalizes = "batch"

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

    def is_single(self, shape: Shape) -> bool:
        return product(shape[1:]) == 1

    def num_parameters(self, shape: Shape) -> int:
        return 2 * shape[0] if self.affine else 0

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[:1]


class BatchNorm1d(_BatchNorm):
    """Normalize each feature over the batch."""

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) not in (1, 2):
            raise ShapeError(
                f"{self} takes rows of features but gets {shape_text(shape)}",
                "use BatchNorm2d() for images, or put Flatten() before it",
            )
        return shape


class BatchNorm2d(_BatchNorm):
    """Normalize each channel of an image over the batch."""

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise ShapeError(
                f"{self} takes images but gets {shape_text(shape)} features",
                "use BatchNorm1d()",
            )
        require_image(self, shape)
        return shape


class LayerNorm(Layer):
    """Normalize each sample over all its values."""

    steady = True
    nonlinear = True
    normalizes = "sample"

    eps: float = parameter(default=1e-5, help="added to the variance for stability", above=0)
    elementwise_affine: bool = parameter(
        default=True, help="learn a scale and a shift for each value"
    )
    bias: bool = parameter(default=True, help="learn the shift as well as the scale")

    def num_parameters(self, shape: Shape) -> int:
        return product(shape) * (1 + self.bias) if self.elementwise_affine else 0

    def sizes(self, shape: Shape) -> tuple[Shape, ...]:
        return (shape,)
