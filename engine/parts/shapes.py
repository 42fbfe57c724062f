"""Shapes of one sample (the batch left out) and the error that two layers don't fit."""

from __future__ import annotations

from typing import TypeVar

Shape = tuple[int, ...]
"""Sizes of one sample: `(features,)` for tables, `(channels, height, width)` for images."""

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
