"""Sweeps of seeds held against each other: how far their means lie apart, and how sure that is."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.parts.metrics import METRICS, Metric
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.plan import Plan
from engine.sweeps.results import Results, Row

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Seeds:
    """A sweep's best configuration, by the value that each seed came to."""

    name: str
    objective: str
    values: dict[tuple[int, int], float]
    """By (seed, fold)."""

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values.values())

    @property
    def deviation(self) -> float:
        """The sample's; 0 of one."""
        found = list(self.values.values())
        return statistics.stdev(found) if len(found) > 1 else 0.0


@dataclass(frozen=True)
class MeanGain:
    """By how much the first of two is better on average; below 0 where the second is."""

    first: int
    second: int
    mean: float
    low: float | None
    high: float | None
    """Between which it lies; None where a side has one seed only."""
    is_paired: bool
    """Whether it is of the differences seed by seed."""
    num_seeds: int
    """Of the pairs, or of the side that has fewer."""

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly make it."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def seeds_of(directory: SweepDirectory) -> Seeds:
    """What a sweep's seeds came to; raises UsageError where none came to a number."""
    plan = directory.plan()
    best = Results.of(plan, directory.lines()[0]).best
    if best is None:
        raise UsageError(f"{directory.name}: no training of it came to a number yet")
    return Seeds(directory.name, plan.objective, _values(plan, best))


def _values(plan: Plan, row: Row) -> dict[tuple[int, int], float]:
    return {(t.seed, t.fold): t.value for t in row.trials if t.value is not None}


def metric_of(found: Sequence[Seeds]) -> Metric:
    """What all are measured by; raises UsageError where that is not the same."""
    first = found[0]
    for other in found[1:]:
        if other.objective != first.objective:
            raise UsageError(
                f"{first.name} and {other.name} can't be compared: one is measured by "
                f"{first.objective}, the other by {other.objective}"
            )
    return METRICS[first.objective.partition("_")[2]]


def gain(found: Sequence[Seeds], first: int, second: int) -> MeanGain:
    """How two compare: by Student's t of the pairs where seeds are the same, else by Welch's."""
    from scipy.stats import ttest_ind, ttest_rel

    a, b = found[first], found[second]
    sign = 1.0 if metric_of(found).higher_is_better else -1.0
    shared = [key for key in a.values if key in b.values]
    is_paired = len(shared) >= 2 and len(shared) == max(len(a.values), len(b.values))
    own = [sign * value for key, value in a.values.items() if not is_paired or key in b.values]
    other = [sign * b.values[key] for key in (shared if is_paired else b.values)]
    mean = statistics.fmean(own) - statistics.fmean(other)
    fewest = min(len(own), len(other))
    if fewest < 2:
        return MeanGain(first, second, mean, None, None, is_paired, fewest)
    if _is_constant(own, other, is_paired=is_paired):
        return MeanGain(first, second, mean, mean, mean, is_paired, fewest)
    test = ttest_rel(own, other) if is_paired else ttest_ind(own, other, equal_var=False)
    between = test.confidence_interval(CONFIDENCE)
    return MeanGain(first, second, mean, float(between.low), float(between.high), is_paired, fewest)


def _is_constant(own: Sequence[float], other: Sequence[float], *, is_paired: bool) -> bool:
    """Whether nothing varies, of which no test says anything."""
    if is_paired:
        return len({a - b for a, b in zip(own, other, strict=True)}) == 1
    return len({*own}) == 1 and len({*other}) == 1
