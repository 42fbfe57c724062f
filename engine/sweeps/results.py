"""What a sweep's trainings come to: mean and spread, the best, and what can be told apart."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.sweeps.plan import Cell, Plan
from engine.sweeps.table import Lines, TrialEnded

RESAMPLES = 2_000
CONFIDENCE = 0.95
MOST_COMPARED = 50
"""Configurations behind the best that it is compared with."""


@dataclass(frozen=True)
class Row:
    """One configuration, with what its trainings came to."""

    cell: int
    values: Cell
    trials: tuple[TrialEnded, ...]
    """Those that are over, in the order of their numbers."""
    num_planned: int

    @property
    def measured(self) -> list[float]:
        """The objective of each training that came to a number."""
        return [trial.value for trial in self.trials if trial.value is not None]

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.measured) if self.measured else None

    @property
    def deviation(self) -> float | None:
        """The sample's standard deviation; None for fewer than two."""
        return statistics.stdev(self.measured) if len(self.measured) > 1 else None

    def count(self, ending: str) -> int:
        """How many trainings ended so."""
        return sum(trial.ending == ending for trial in self.trials)

    @property
    def is_whole(self) -> bool:
        """Whether all of its trainings came to a number."""
        return len(self.measured) == self.num_planned


@dataclass(frozen=True)
class Difference:
    """How much better one configuration is than another, seed by seed."""

    better: Row
    other: Row
    mean: float
    """At least 0, or a little below where they were not measured by the same seeds."""
    low: float
    high: float
    """Between which 95 of 100 means of resampled seeds lie."""
    num_pairs: int

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly make it."""
        return self.num_pairs > 1 and self.low > 0


def rows(plan: Plan, lines: Iterable[Lines]) -> list[Row]:
    """The configurations that something is known of, in the order of their numbers."""
    ended: dict[int, dict[int, TrialEnded]] = {}
    for line in lines:
        if isinstance(line, TrialEnded):
            ended.setdefault(line.cell, {})[line.trial] = line
    found = []
    for cell, by_number in sorted(ended.items()):
        trials = tuple(by_number[number] for number in sorted(by_number))
        found.append(Row(cell, trials[0].values, trials, plan.repeats))
    return found


def ranked(plan: Plan, found: Sequence[Row]) -> list[Row]:
    """The configurations, best first: those behind of which a training came to no number."""
    sign = -1.0 if plan.metric.higher_is_better else 1.0

    def place(row: Row) -> tuple[bool, float]:
        mean = row.mean
        return not row.is_whole, sign * mean if mean is not None else math.inf

    return sorted(found, key=place)


def difference(plan: Plan, better: Row, other: Row) -> Difference | None:
    """How the two compare over the seeds and folds that both have; None where there are none."""
    of_other = {(t.seed, t.fold): t.value for t in other.trials if t.value is not None}
    sign = 1.0 if plan.metric.higher_is_better else -1.0
    pairs = [
        sign * (trial.value - of_other[trial.seed, trial.fold])
        for trial in better.trials
        if trial.value is not None and (trial.seed, trial.fold) in of_other
    ]
    if not pairs:
        return None
    low, high = _interval(tuple(pairs))
    return Difference(better, other, statistics.fmean(pairs), low, high, len(pairs))


@lru_cache(maxsize=4096)
def _interval(pairs: tuple[float, ...]) -> tuple[float, float]:
    """Where the mean lies by a percentile bootstrap (Efron 1979); the same each time."""
    generator, count = random.Random(0), len(pairs)
    means = sorted(sum(generator.choices(pairs, k=count)) / count for _ in range(RESAMPLES))
    tail = round((1 - CONFIDENCE) / 2 * RESAMPLES)
    return means[tail], means[-1 - tail]


def differing(plan: Plan, one: Row, other: Row) -> list[int]:
    """The axes on which two configurations differ."""
    return [i for i, _ in enumerate(plan.axes) if one.values[i] != other.values[i]]


@dataclass(frozen=True)
class Results:
    """All that is said of a sweep at its end, or of what there is until then."""

    plan: Plan
    ranked: tuple[Row, ...]

    @classmethod
    def of(cls, plan: Plan, lines: Iterable[Lines]) -> Results:
        """Those of a table."""
        return cls(plan, tuple(ranked(plan, rows(plan, lines))))

    @property
    def best(self) -> Row | None:
        """The configuration that won; None while none came to a number."""
        first = self.ranked[0] if self.ranked else None
        return first if first is not None and first.measured else None

    def lead(self) -> Difference | None:
        """The best against the next; None where there is no other, or one training each."""
        if self.best is None or len(self.ranked) < 2 or not self.ranked[1].measured:
            return None
        return difference(self.plan, self.best, self.ranked[1])

    @cached_property
    def ties(self) -> list[Row]:
        """Those that can't be told apart from the best, by the seeds that there are."""
        if self.best is None or self.plan.repeats < 2:
            return []
        compared = (
            (row, difference(self.plan, self.best, row)) for row in self.ranked[1:MOST_COMPARED]
        )
        return [
            row for row, found in compared if found and found.num_pairs > 1 and not found.is_clear
        ]
