"""What is kept of each training of a stack over its epochs: its curve, and its best epoch."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from engine.parts.metrics import Metric
from engine.runs.series import Series, ThinnedSeries

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
"""Places of trainings among those that were stacked, whatever rows they have."""
Mask = NDArray[np.bool_]


class Curves:
    """The bounded curve of the training loss of each training."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._losses: ThinnedSeries[Floats] = ThinnedSeries()
        self._table: tuple[list[int], Floats] | None = None
        """The epochs of the points and a column for each training, once they were needed."""

    def append(self, epoch: int, numbers: Numbers, losses: Floats) -> None:
        """Add the losses of an epoch, those of the trainings of these numbers."""
        everyone = np.full(self._count, math.nan)
        everyone[numbers] = losses
        self._losses.append(epoch, everyone)
        self._table = None

    def until(self, number: int, epoch: int) -> Series:
        """A training's losses until an epoch."""
        points = self._losses.points()
        if self._table is None:
            losses = np.array([losses for _, losses in points]).reshape(-1, self._count)
            self._table = [at for at, _ in points], losses
        epochs, table = self._table
        length = bisect_right(epochs, epoch)
        return Series.of(list(zip(epochs[:length], table[:length, number].tolist(), strict=True)))


class Selections:
    """The best epoch of each training so far, by the rules of Selection."""

    def __init__(self, count: int, metric: Metric) -> None:
        self.values = np.full(count, metric.worst)
        self.epochs = np.zeros(count, dtype=np.int64)
        """0 where no epoch was any good."""
        self._higher = metric.higher_is_better

    def see(self, epoch: int, numbers: Numbers, scores: Floats, rows: Mask) -> Mask:
        """Compare an epoch with the best so far, in the rows that are chosen; which are better.

        numbers, scores: of each row.
        """
        best = self.values[numbers]
        better: Mask = rows & (scores > best if self._higher else scores < best)
        self.values[numbers[better]] = scores[better]
        self.epochs[numbers[better]] = epoch
        return better
