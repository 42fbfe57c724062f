"""What every layer declares: its parameters, its shape rule, its PyTorch module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine.parts.component import Component, literal
from engine.parts.shapes import Shape, ShapeError, shape_text

if TYPE_CHECKING:
    from torch import nn


class Layer(Component, abstract=True):
    """A layer of a plain chain, with the signature of PyTorch's lazy modules."""

    family = "layer"
    nonlinear: ClassVar[bool] = False
    """Whether it bends: without one, stacked Linear layers collapse into a single one."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape it makes of an input shape (both without the batch).

        Raises ShapeError where the input does not fit.
        """
        return shape

    def num_parameters(self, shape: Shape) -> int:
        """How many numbers it learns for an input of this shape."""
        return 0

    def sizes(self, shape: Shape) -> tuple[Any, ...]:
        """The leading arguments of PyTorch's module that follow from the input shape."""
        return ()

    def build(self, shape: Shape) -> nn.Module:
        """The PyTorch module for an input of this shape, parameters freshly initialised."""
        from torch import nn

        module: nn.Module = getattr(nn, self.name)(*self.sizes(shape), **self.values())
        return module

    def code(self, shape: Shape) -> str:
        """The expression that builds the same module: `nn.Linear(2, 4)`."""
        arguments = [torch_literal(size) for size in self.sizes(shape)]
        for name, value in self.written().items():
            required = self.parameters()[name][1].required
            text = torch_literal(value)
            arguments.append(text if required else f"{name}={text}")
        return f"nn.{self.name}({', '.join(arguments)})"


def torch_literal(value: object) -> str:
    """A value as Python code; tuples stay tuples."""
    if isinstance(value, tuple):
        inside = ", ".join(torch_literal(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return literal(value)


def require_image(layer: Layer, shape: Shape) -> None:
    """Refuse anything but (channels, height, width)."""
    if len(shape) != 3:
        raise ShapeError(
            f"{layer} takes images (channels×height×width) but gets {shape_text(shape)}",
            "leave it out, or use data with images",
        )


def require_features(layer: Layer, shape: Shape) -> None:
    """Refuse anything but (features,)."""
    if len(shape) != 1:
        raise ShapeError(
            f"{layer} takes one row of features but gets {shape_text(shape)}",
            "put Flatten() before it",
        )
