"""How sure a figure is: what it would be of other samples like these, drawn the same each time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from engine.evaluation.evidence import Array

CONFIDENCE = 0.95
RESAMPLES, LEAST_RESAMPLES = 1000, 200
BUDGET = 5_000_000
"""Drawn samples in all: so many fewer resamples are drawn of very many samples."""
_AT_A_TIME = 2_000_000
_Z = 1.959963984540054
"""Within so many deviations lie CONFIDENCE of a normal distribution."""

Interval = tuple[float, float]
Statistic = Callable[[Array], Array]
"""Of (resamples, samples), how often each sample was drawn, a figure for each resample."""


def num_resamples(samples: int, budget: int = BUDGET) -> int:
    """How many resamples of so many samples are drawn."""
    return max(LEAST_RESAMPLES, min(RESAMPLES, budget // max(1, samples)))


def drawn(samples: int, resamples: int, seed: int = 0) -> Iterator[Array]:
    """How often each sample is drawn in each resample, a few resamples at a time (Efron 1979)."""
    generator = np.random.default_rng(seed)
    step = max(1, _AT_A_TIME // max(1, samples))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        chosen = generator.integers(0, samples, (rows, samples))
        chosen += np.arange(rows)[:, None] * samples
        counts = np.bincount(chosen.ravel(), minlength=rows * samples)
        yield counts.reshape(rows, samples).astype(np.float64)


def drawn_together(samples: int, resamples: int, together: int) -> Iterator[Array]:
    """The same of samples of which so many in a row are drawn together."""
    if together == 1:
        yield from drawn(samples, resamples)
        return
    for weights in drawn(samples // together, resamples):
        yield np.repeat(weights, together, 1)


def intervals(
    samples: int,
    statistics: Mapping[str, Statistic],
    resamples: int | None = None,
    together: int = 1,
) -> dict[str, Interval | None]:
    """Between which CONFIDENCE of a statistic's resampled values lie; None where it has none."""
    found: dict[str, list[Array]] = {name: [] for name in statistics}
    if samples > 0 and statistics:
        for weights in drawn_together(samples, resamples or num_resamples(samples), together):
            for name, statistic in statistics.items():
                found[name].append(statistic(weights))
    return {name: percentiles(parts) for name, parts in found.items()}


def first(resamples: int, statistic: Statistic) -> Statistic:
    """A statistic of the first resamples only: for what takes long."""
    left = resamples

    def of_first(weights: Array) -> Array:
        nonlocal left
        taken = weights if left >= len(weights) else weights[:left]
        left -= len(taken)
        return statistic(taken) if len(taken) else np.empty(0)

    return of_first


def percentiles(parts: list[Array]) -> Interval | None:
    """Where the middle CONFIDENCE of values lie; undefined ones are left out."""
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)


def mean_of(values: Array) -> Statistic:
    """The mean of a figure that each sample has."""
    count = len(values)
    return lambda weights: weights @ values / count


def share_interval(hits: Array, of: Array, together: int) -> Interval | None:
    """Where a share lies of samples of which so many in a row go together; None of none.

    hits, of: (samples,) whether each counts above and below the line.
    """
    above, below = (one.reshape(-1, together).sum(1).astype(np.float64) for one in (hits, of))
    parts = []
    for weights in drawn(len(below), num_resamples(len(hits))):
        whole = weights @ below
        parts.append(np.divide(weights @ above, whole, out=whole * np.nan, where=whole > 0))
    return percentiles(parts)


def wilson(hits: int, samples: int) -> Interval | None:
    """Where a share lies that came out as hits of samples; None of none (Wilson 1927)."""
    if samples <= 0:
        return None
    share, squared = hits / samples, _Z**2
    middle = (share + squared / (2 * samples)) / (1 + squared / samples)
    inner = share * (1 - share) / samples + squared / (4 * samples**2)
    reach = _Z * math.sqrt(inner) / (1 + squared / samples)
    return (0.0 if hits == 0 else middle - reach), (1.0 if hits == samples else middle + reach)
