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
class Relations:
    """What the rows of a person's own data have to do with each other, and with the targets."""

    num_rows: int
    """Rows that were looked at."""
    explained: tuple[float, ...] = ()
    """Per input: the share of the target's variance that follows from it alone, 0 to 1."""
    num_repeated: int = 0
    """Rows that an earlier one has been before, target and all."""
    most_distinct: int = 0
    """Different values of the input that has most."""
    reachable: float = 1.0
    """The accuracy of whoever knows all rows by heart: below 1 where equal inputs have several
    classes."""
    held_known: tuple[tuple[str, int, int], ...] = ()
    """Of a split that the data brings itself: its name, its samples looked at, and how many of
    them are among those to train on."""


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
    relations: Relations | None = None
    """None where nobody looked: of data that is made or published."""
