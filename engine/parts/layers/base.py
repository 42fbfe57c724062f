"""What every layer declares: its parameters, its shape rule, its PyTorch module."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.parts.component import Component, TorchOnly, literal
from engine.parts.shapes import Shape, ShapeError, Steps, Tokens, shape_text

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.parts.layers.initial import Filling

Range = tuple[float, float]
"""The lowest and the highest value there can be."""
UNBOUNDED: Range = (-math.inf, math.inf)

Meaning = Literal["value", "probability", "probabilities", "log-probabilities"]
"""What a layer makes of numbers: `probability`, each by itself; `probabilities`, which add up to
one; their logarithms; `value`, anything else."""


class Layer(Component, abstract=True):
    """A layer of a network, with the signature of PyTorch's lazy modules.

    What other rooms must know of a layer is a fact that it declares here. The defaults are those
    of a layer of which nothing particular is to be said: nothing is claimed of it then.
    """

    family = "layer"
    steady: ClassVar[bool] = False
    """Whether it does the same in training as in evaluation, and draws nothing."""
    unpassed: ClassVar[tuple[str, ...]] = ()
    """Parameters that PyTorch's module does not take by name: `sizes` stands for them."""
    nonlinear: ClassVar[bool] = False
    """Whether it bends: without one, stacked Linear layers collapse into a single one."""
    kinks: ClassVar[int] = 0
    """At how many points it bends, being straight between them; 0 for what is smooth or linear."""
    dense: ClassVar[bool] = False
    """Whether each of its outputs is a weighted sum of all inputs."""
    convolves: ClassVar[bool] = False
    """Whether its weights are used again at every place of an image or a sequence."""
    inputs_first: ClassVar[bool] = False
    """Whether its weights are laid out by inputs, then outputs: PyTorch has the others round."""
    size_names: ClassVar[tuple[str, ...]] = ()
    """What PyTorch calls that which `sizes` gives."""
    torch_only: ClassVar[TorchOnly] = {
        "inplace": (True, False),
        "device": (),
        "dtype": (),
    }
    width_parameter: ClassVar[str] = ""
    """The parameter that says how many units or channels it makes; empty where none does."""
    passes_on: ClassVar[bool] = False
    """Whether a trained network could do without it: it hands on the same values, at most in
    another shape."""
    meaning: ClassVar[Meaning] = "value"
    cancels_bias: ClassVar[bool] = False
    """Whether what comes in may be shifted, each feature or channel by itself, and nothing changes:
    then a bias right before it has no gradient but what rounding leaves."""
    normalizes: ClassVar[Literal["", "batch", "sample"]] = ""
    """Over what it brings values to mean 0 and deviation 1: over each batch, or within each
    sample; empty where it does not."""
    keeps_zero: ClassVar[bool] = False
    """Whether zeros come out where nothing but zeros goes in, and it learns nothing."""
    of_tokens: ClassVar[bool] = False
    """Whether it takes tokens in place of numbers."""
    of_steps: ClassVar[bool] = False
    """Whether it takes a sequence of positions with features each, engine.parts.shapes.Steps."""
    recurs: ClassVar[bool] = False
    """Whether it uses its weights again at each position, on what it made of the one before."""
    connects: ClassVar[bool] = True
    """Whether its weights, where it has some, lead from single units to single units."""
    makes_units: ClassVar[bool] = False
    """Whether it makes units of its own though it has no weights."""
    dead_at: ClassVar[float | None] = None
    """The output, its lowest, at which it passes no gradient back: a unit that gives no more for
    any sample is lost. None where there is no such value."""

    @property
    def inside(self) -> tuple[Layer, ...]:
        """The layers that it is made of, in order; empty for any but a block."""
        return ()

    @property
    def brief(self) -> str:
        """Its call as a sentence has it: a block without the layers inside."""
        return str(self)

    def wavers_on_card(self, shape: Shape) -> bool:
        """Whether a CUDA device adds up its gradients for such an input in an order that changes
        from run to run, and with it their last digits: PyTorch has no other kernel there."""
        return False

    @property
    def weights(self) -> tuple[str, ...]:
        """The module's parameters that connect outputs with inputs: matrices and filters.

        They are what l1 and l2 are about and what the probes measure; no biases, no scales.
        """
        return ()

    def taps(self, shape: Shape, place: tuple[int, ...]) -> list[int | None]:
        """The inputs, counted flat, that one of its outputs is a weighted sum of.

        In the order of that unit's weights; None for what a border of zeros adds. Empty where its
        outputs are no such sums. shape: of its inputs.
        """
        return list(range(shape[0])) if self.dense and len(shape) == 1 else []

    @property
    def unfilled(self) -> Layer:
        """The same with first weights of PyTorch's own choice, also of the layers inside."""
        return self

    @property
    def alone(self) -> str:
        """Why a training with it can't be stacked with others, in a clause; empty where it can."""
        return ""

    @property
    def fillings(self) -> tuple[Filling, ...]:
        """What is done to its own parameters once the network is built, in order."""
        return ()

    @property
    def starts_equal(self) -> bool:
        """Whether all of its weights begin as the same value."""
        return False

    @property
    def output_range(self) -> Range:
        """Between which values its outputs lie, whatever goes in."""
        return UNBOUNDED

    @property
    def gradient_share(self) -> float:
        """By what a squashing activation multiplies a gradient that passes back, on the whole.

        The mean of its slope over standard normal inputs, or the slope at best; 1 for the others.
        """
        return 1.0

    def slope(self, outputs: Tensor) -> Tensor | None:
        """Its slope where it gives these outputs, as a share of its steepest.

        None for a layer that does not saturate at both ends of its range.
        """
        return None

    @property
    def looks_ahead(self) -> bool:
        """Whether what it gives at a position depends on those that come after it."""
        return False

    @property
    def drops(self) -> float | None:
        """The share of values that it sets to zero while training; None for any other layer."""
        return None

    @property
    def stays(self) -> bool:
        """Whether a training leaves it as it is, whatever else is frozen."""
        return False

    @property
    def starts_from_file(self) -> bool:
        """Whether its first weights are what its module's `take_learned` reads."""
        return False

    @property
    def keeps_statistics(self) -> bool:
        """Whether it evaluates by what it saw while training, so that a sample stands alone."""
        return False

    @property
    def newest_share(self) -> float | None:
        """How much the newest batch counts in the statistics that it evaluates by.

        None for a layer that keeps none, or the mean over all batches.
        """
        return None

    def num_dropped(self, shape: Shape) -> int:
        """How many values or channels it may set to zero, each by itself; 0 for what drops none."""
        return 0

    def is_single(self, shape: Shape) -> bool:
        """Whether a batch of one such sample leaves it a single value to normalize.

        PyTorch refuses that while training, and always where no statistics are kept.
        """
        return False

    def erases(self, shape: Shape) -> bool:
        """Whether the same comes out for every sample of this shape, whatever goes in."""
        return False

    @property
    def width(self) -> int | None:
        """How many units or channels it makes; None where its own arguments do not say."""
        return getattr(self, self.width_parameter) if self.width_parameter else None

    def output_shape(self, shape: Shape) -> Shape:
        """The shape it makes of an input shape (both without the batch).

        Raises ShapeError where the input does not fit.
        """
        return shape

    def num_parameters(self, shape: Shape) -> int:
        """How many numbers it learns for an input of this shape."""
        return 0

    def terms(self, shape: Shape) -> str:
        """How that number comes about, as one counts it: `64 × 16 + 16`; empty where it is one."""
        return ""

    def sizes(self, shape: Shape) -> tuple[Any, ...]:
        """The leading arguments of PyTorch's module that follow from the input shape."""
        return ()

    def own_module(self) -> type[nn.Module] | None:
        """The class of a layer that PyTorch has not, printed into scripts or imported there."""
        return None

    def build(self, shape: Shape) -> nn.Module:
        """The PyTorch module for an input of this shape, parameters freshly initialised."""
        from torch import nn

        arguments = {n: v for n, v in self.values().items() if n not in self.unpassed}
        made = self.own_module() or getattr(nn, self.name)
        module: nn.Module = made(*self.sizes(shape), **arguments)
        return module

    def code(self, shape: Shape) -> str:
        """The expression that builds the same module: `nn.Linear(2, 4)`."""
        arguments = [torch_literal(size) for size in self.sizes(shape)]
        for name, value in self.written().items():
            if name in self.unpassed:
                continue
            required = self.parameters()[name][1].required
            text = torch_literal(value)
            arguments.append(text if required else f"{name}={text}")
        own = self.own_module()
        name = f"nn.{self.name}" if own is None else own.__name__
        return f"{name}({', '.join(arguments)})"


def factors(*numbers: int, plus: int = 0) -> str:
    """A sum as one counts it: `64 × 16 + 16`."""
    added = f" + {plus:,}" if plus else ""
    return " × ".join(f"{number:,}" for number in numbers) + added


def torch_literal(value: object) -> str:
    """A value as Python code; tuples stay tuples."""
    if isinstance(value, tuple):
        inside = ", ".join(torch_literal(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return literal(value)


def require_kind(layer: Layer, shape: Shape) -> None:
    """Refuse tokens where numbers are taken, the reverse, and sequences of positions."""
    if isinstance(shape, Tokens):
        if not layer.of_tokens:
            raise ShapeError(
                f"{layer.brief} takes numbers but gets {shape.kinds} kinds of tokens",
                f"put Embedding({shape.kinds}, 32) before it",
            )
    elif layer.of_tokens:
        raise ShapeError(
            f"{layer} takes tokens but gets numbers, {shape_text(shape)}",
            "leave it out, or use data of tokens, like modular()",
        )
    elif isinstance(shape, Steps) and not layer.of_steps:
        raise ShapeError(
            f"{layer.brief} does not take {shape[0]} positions with {shape[1]} features each",
            "put Flatten() before it",
        )


def require_steps(layer: Layer, shape: Shape) -> None:
    """Refuse anything but a sequence of positions with features each."""
    if not isinstance(shape, Steps):
        raise ShapeError(
            f"{layer.brief} takes positions with features each but gets {shape_text(shape)}",
            "put Embedding() before it, which makes them of tokens",
        )


def require_image(layer: Layer, shape: Shape) -> None:
    """Refuse anything but (channels, height, width)."""
    if len(shape) != 3:
        raise ShapeError(
            f"{layer} takes images (channels×height×width) but gets {shape_text(shape)}",
            "leave it out, or use data with images",
        )


def require_sequence(layer: Layer, shape: Shape) -> None:
    """Refuse anything but (channels, length)."""
    if len(shape) != 2:
        raise ShapeError(
            f"{layer} takes sequences (channels×length) but gets {shape_text(shape)}",
            "put Flatten(2) before it" if len(shape) == 3 else "leave it out",
        )


def require_features(layer: Layer, shape: Shape) -> None:
    """Refuse anything but (features,)."""
    if len(shape) != 1:
        raise ShapeError(
            f"{layer} takes one row of features but gets {shape_text(shape)}",
            "put Flatten() before it",
        )
