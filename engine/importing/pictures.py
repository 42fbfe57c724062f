"""What may stand between convolutions whose weights are known, so that the shapes fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from engine.parts.shapes import Shape

Way = Literal["", "pool", "stride"]
"""How a picture becomes half as large behind a convolution; not at all."""
MOST_FILTERS = 8
"""Convolutions whose ways are all tried."""


@dataclass(frozen=True)
class Filter:
    """A convolution as its weights tell of it."""

    channels: int
    size: tuple[int, int]
    groups: int
    more: str
    """Further arguments: `, bias=False`."""
    is_normalized: bool = False

    def normalized(self) -> Filter:
        """The same with a BatchNorm behind it."""
        return replace(self, is_normalized=True)

    def border(self, *, same: bool) -> tuple[int, int]:
        """The padding; same: so that a picture keeps its size."""
        height, width = self.size
        return (height // 2, width // 2) if same else (0, 0)

    def layers(self, way: Way, *, same: bool) -> Iterator[str]:
        """It, what normalizes, the activation, and what makes the picture smaller."""
        border = self.border(same=same)
        padding = f", padding={_either(border)}" if any(border) else ""
        stride = ", stride=2" if way == "stride" else ""
        groups = f", groups={self.groups}" if self.groups > 1 else ""
        size = _either(self.size)
        yield f"Conv2d({self.channels}, {size}{stride}{padding}{groups}{self.more})"
        if self.is_normalized:
            yield "BatchNorm2d()"
        yield "ReLU()"
        if way == "pool":
            yield "MaxPool2d(2)"


def networks(filters: Sequence[Filter], shape: Shape, num_features: int) -> list[tuple[str, ...]]:
    """The convolutions up to Flatten(), in every way that makes so many features of a picture.

    shape: the picture's. Ways with a stride only where pooling alone does not fit, as it is rarer.
    """
    if len(filters) > MOST_FILTERS:
        return []
    pools: tuple[Way, ...] = ("", "pool")
    more: tuple[Way, ...] = (*pools, "stride")
    for choices in (pools, more):
        found = {
            tuple(_made(filters, ways, same=same))
            for same in (True, False)
            for ways in product(choices, repeat=len(filters))
            if _features(filters, ways, shape, same=same) == num_features
        }
        if found:
            return sorted(found)
    return []


def _made(filters: Sequence[Filter], ways: Sequence[Way], *, same: bool) -> Iterator[str]:
    for one, way in zip(filters, ways, strict=True):
        yield from one.layers(way, same=same)
    yield "Flatten()"


def _features(filters: Sequence[Filter], ways: Sequence[Way], shape: Shape, *, same: bool) -> int:
    """How many there are at the end; 0 where a filter does not fit into the picture."""
    sides = list(shape[1:])
    for one, way in zip(filters, ways, strict=True):
        borders = one.border(same=same)
        for place, (taps, border) in enumerate(zip(one.size, borders, strict=True)):
            left = sides[place] + 2 * border - taps
            side = (left // 2 if way == "stride" else left) + 1
            sides[place] = side // 2 if way == "pool" else side
            if left < 0 or sides[place] < 1:
                return 0
    return filters[-1].channels * sides[0] * sides[1]


def _either(size: tuple[int, int]) -> str:
    return str(size[0]) if size[0] == size[1] else str(list(size))
