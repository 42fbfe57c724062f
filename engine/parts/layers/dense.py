"""Layers that connect or rearrange features."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.layers.base import Layer, factors, require_features, require_image
from engine.parts.layers.initial import (
    Init,
    Initialized,
    initial_bias,
    initial_scale,
    initial_weights,
)
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError, Steps, product, shape_text


class Linear(Initialized):
    """Fully connected: every output is a weighted sum of all inputs plus a bias."""

    words = (
        "Mixes everything that comes in: each output is a sum of all inputs, each with a weight of "
        "its own that is learned."
    )
    here = "Here {inputs} values become {outputs}, and it learns {sum} numbers."
    steady = True
    of_steps = True
    dense = True
    width_parameter = "out_features"
    weights = ("weight",)
    size_names = ("in_features",)

    out_features: int = parameter(
        help="how many outputs", minimum=1, maximum=1_000_000, unit="units"
    )
    bias: bool = parameter(default=True, help="add a learned bias to each output")
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()
    init_bias: float | None = initial_bias()

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
        return (shape[-1] + self.bias) * self.out_features

    def terms(self, shape: Shape) -> str:
        return factors(shape[-1], self.out_features, plus=self.bias * self.out_features)

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        return shape[-1:]


class Flatten(Layer):
    """Lay the dimensions of a sample out in one row."""

    words = "Only lays the values out in one row, since the layers for rows take no pictures."
    here = "Here {shape_in} becomes a row of {outputs} values; it learns nothing."
    steady = True
    passes_on = True
    of_steps = True

    start_dim: int = parameter(default=1, help="first dimension to flatten; 0 is the batch")
    end_dim: int = parameter(default=-1, help="last dimension to flatten; -1 is the last one")

    def output_shape(self, shape: Shape) -> Shape:
        num_dims = len(shape) + 1
        start, end = (d + num_dims if d < 0 else d for d in (self.start_dim, self.end_dim))
        if start == 0:
            raise ShapeError(f"{self} would mix the samples of a batch", "use start_dim=1")
        if not 1 <= start <= end < num_dims:
            raise ShapeError(
                f"{self} does not fit {shape_text(shape)}: its dimensions are 1 to {num_dims - 1}",
                "use Flatten()",
            )
        if isinstance(shape, Steps) and start == end:
            return shape
        return (*shape[: start - 1], product(shape[start - 1 : end]), *shape[end:])


class Dropout(Layer):
    """While training, set a random share of the values to zero and scale up the rest."""

    words = (
        "Switches off random values while it trains, so that the network can't lean on any one of "
        "them."
    )
    here = "Here it switches off {dropped} of {inputs} values in each step; once trained, none."
    passes_on = True
    of_steps = True

    p: float = parameter(default=0.5, help="share of the values set to zero", minimum=0, below=1)

    @property
    def drops(self) -> float:
        return self.p

    def num_dropped(self, shape: Shape) -> int:
        return product(shape)


class Dropout2d(Layer):
    """While training, set a random share of an image's channels to zero and scale up the rest."""

    words = (
        "Switches off whole random channels while it trains, since neighbors in one say nearly the "
        "same."
    )
    here = "Here it switches off {dropped} of {channels} channels in each step; once trained, none."
    passes_on = True

    p: float = parameter(default=0.5, help="share of channels set to zero", minimum=0, below=1)

    def output_shape(self, shape: Shape) -> Shape:
        require_image(self, shape)
        return shape

    @property
    def drops(self) -> float:
        return self.p

    def num_dropped(self, shape: Shape) -> int:
        return shape[0]


class Identity(Layer):
    """Pass the input on unchanged."""

    words = "Does nothing: what comes in goes out, so that another layer can be tried in its place."
    here = "Here all {inputs} values pass as they are."
    steady = True
    passes_on = True
    of_steps = True
