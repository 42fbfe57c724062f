"""Bounded series of a value per epoch, for the curve of a run of any length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, Self, TypeVar

CAPACITY = 2000
"""Points kept at most; when full, every second one goes and the stride doubles."""
Value = TypeVar("Value")


class ThinnedSeries(Generic[Value]):
    """Values at every stride-th epoch, and the newest one.

    A run of a million epochs keeps the shape of its curve in about two thousand points.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        assert capacity >= 3  # so that stored points still show their stride
        self._capacity = capacity
        self._stride = 1
        self._points: list[tuple[int, Value]] = []
        self._newest: tuple[int, Value] | None = None

    def append(self, epoch: int, value: Value) -> None:
        """Add the value of an epoch; epochs count from 1 and only rise."""
        self._newest = (epoch, value)
        if (epoch - 1) % self._stride:
            return
        self._points.append(self._newest)
        if len(self._points) > self._capacity:
            self._stride *= 2
            self._points = [p for p in self._points if (p[0] - 1) % self._stride == 0]

    def points(self) -> list[tuple[int, Value]]:
        """(epoch, value) pairs, oldest first, the newest always among them."""
        if self._newest is None or (self._points and self._points[-1] == self._newest):
            return list(self._points)
        return [*self._points, self._newest]

    @property
    def newest(self) -> tuple[int, Value] | None:
        return self._newest

    def until(self, newest: tuple[int, Value] | None) -> list[tuple[int, Value]]:
        """The points as they were when this was the newest one, as sparse as they are now."""
        if newest is None:
            return []
        return [*(point for point in self._points if point[0] < newest[0]), newest]

    def cut(self, epoch: int) -> None:
        """Forget what came after an epoch."""
        kept = [p for p in self.points() if p[0] <= epoch]
        self._newest = kept[-1] if kept else None
        self._points = [p for p in kept if (p[0] - 1) % self._stride == 0]

    @classmethod
    def of(cls, points: Sequence[tuple[int, Value]], capacity: int = CAPACITY) -> Self:
        """A series that goes on from stored points."""
        series = cls(capacity)
        gaps = [b[0] - a[0] for a, b in pairwise(points[:-1])]
        series._stride = max(gaps, default=1)
        series._points = [p for p in points if (p[0] - 1) % series._stride == 0]
        series._newest = points[-1] if points else None
        return series


class Series(ThinnedSeries[float]):
    """One of numbers."""
