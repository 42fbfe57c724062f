"""Shapes of one sample (the batch left out) and the error that two layers don't fit."""

from __future__ import annotations

from typing import Self, TypeVar

Shape = tuple[int, ...]
"""Sizes of one sample: `(features,)` for tables, `(channels, height, width)` for images."""


class Tokens(Shape):
    """The shape of inputs that are no numbers but names of things: characters, words, symbols."""

    kinds: int
    """How many there are; an input is one of 0, 1 … kinds - 1."""

    def __new__(cls, shape: Shape, kinds: int) -> Self:
        """shape: `(positions,)`."""
        made = super().__new__(cls, shape)
        made.kinds = kinds
        return made

    def __getnewargs__(self) -> tuple[Shape, int]:
        return tuple(self), self.kinds


class Steps(Shape):
    """`(positions, features)`: a sequence whose every position has features of its own.

    PyTorch has features last there, where images and the sequences of Conv1d have channels first.
    """


def num_units(shape: Shape) -> int:
    """How many units or channels a layer of this output shape has."""
    return shape[-1] if isinstance(shape, Steps) else shape[0]


def places(shape: Shape) -> Shape:
    """At which places each of them gives a value: the sizes without the units."""
    return shape[:-1] if isinstance(shape, Steps) else shape[1:]


MAX_ELEMENTS = 2**31 - 1
"""More numbers than this in one sample or one layer's parameters are refused, not tried."""


class ShapeError(ValueError):
    """A shape that a layer can't take.

    `repair` is what would help, as the person would write it, or empty; `code` its kind, as a
    problem has one.
    """

    def __init__(self, message: str, repair: str = "", code: str = "shape-misfit") -> None:
        super().__init__(f"{message}: {repair}" if repair else message)
        self.repair = repair
        self.code = code


def product(shape: Shape) -> int:
    """The number of elements of a shape; 1 for the empty one."""
    result = 1
    for size in shape:
        result *= size
    return result


def shape_text(shape: Shape) -> str:
    """A shape for reading: `28` for one size, `1×28×28` for several."""
    return "×".join(str(size) for size in shape) if shape else "a single number"


Size = int | tuple[int, int]
"""One number for both directions, or (height, width)."""

N = TypeVar("N", int, float)


def each_way(value: N | tuple[N, ...], directions: int) -> tuple[N, ...]:
    """PyTorch's shorthand: one number stands for every direction."""
    return value if isinstance(value, tuple) else (value,) * directions


def pair(value: Size) -> tuple[int, int]:
    """Height and width."""
    return (value, value) if isinstance(value, int) else value


def size_text(value: int | tuple[int, ...], directions: int) -> str:
    """A size for reading: `3×3`."""
    return shape_text(each_way(value, directions))
