"""The figures of a data set that some rules need."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """One number to predict over the whole data set."""

    lowest: float
    highest: float
    mean: float
    deviation: float

    @property
    def size(self) -> float:
        """The root mean square."""
        return math.hypot(self.mean, self.deviation)


@dataclass(frozen=True)
class Statistics:
    """Per feature of the raw data, the whole of it; of images over all pixels."""

    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    class_counts: tuple[int, ...] = ()
    """Samples of each class; empty for a regression."""
    class_run: float = 0.0
    """Samples of one class that follow one another, in the mean, as the data has them in order; 0
    for a regression."""
    targets: tuple[Spread, ...] = ()
    """The numbers to predict; empty for a classification."""
