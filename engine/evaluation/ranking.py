"""How well shares put a class before all others, of resamples that are drawn of sorted samples.

scikit-learn gives these of one set of samples; here many sets come of one sort. Both agree where
each sample is weighted by how often it was drawn.
"""

from __future__ import annotations

import numpy as np

from engine.evaluation.evidence import Array
from engine.evaluation.resampling import Statistic


class Ranking:
    """Samples in the order of the share that a class has in them, the largest first."""

    def __init__(self, shares: Array, is_class: Array) -> None:
        """shares, is_class: (samples,): the class's share, and whether it is the true one."""
        self._order = np.argsort(-shares, kind="stable")
        self._is_class = is_class[self._order].astype(np.float64)
        ordered = shares[self._order]
        self._ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
        """Where the samples of a share end: those that tie count together."""
        self._last: tuple[Array, tuple[Array, Array]] | None = None
        """The counts of the newest resamples: both areas are asked for of the same."""

    def _counted(self, weights: Array) -> tuple[Array, Array]:
        """How many of the class, and of all others, have each share or a larger one."""
        if self._last is None or self._last[0] is not weights:
            self._last = weights, self._counts(weights)
        return self._last[1]

    def _counts(self, weights: Array) -> tuple[Array, Array]:
        sorted_weights = weights[:, self._order]
        hits = np.cumsum(sorted_weights * self._is_class, 1)[:, self._ends]
        every = np.cumsum(sorted_weights, 1)[:, self._ends]
        return hits, every - hits

    def roc_auc(self, weights: Array) -> Array:
        """The area under the ROC curve of each resample; nan where one side has no sample."""
        hits, alarms = self._counted(weights)
        before = np.pad(hits, ((0, 0), (1, 0)))[:, :-1]
        widths = np.diff(alarms, prepend=0.0, axis=1)
        area = (widths * (hits + before) / 2).sum(1)
        return _divided(area, hits[:, -1] * alarms[:, -1])

    def pr_auc(self, weights: Array) -> Array:
        """The average precision of each resample; nan where the class has no sample."""
        hits, alarms = self._counted(weights)
        precision = np.divide(hits, hits + alarms, out=np.zeros_like(hits), where=hits > 0)
        gained = np.diff(hits, prepend=0.0, axis=1)
        return _divided((gained * precision).sum(1), hits[:, -1])


def _divided(values: Array, by: Array) -> Array:
    return np.divide(values, by, out=np.full_like(values, np.nan), where=by > 0)


def average(statistics: list[Statistic]) -> Statistic:
    """The mean of several, those left out that are undefined in a resample."""

    def mean(weights: Array) -> Array:
        values = np.stack([statistic(weights) for statistic in statistics])
        known = np.isfinite(values)
        return _divided(np.where(known, values, 0.0).sum(0), known.sum(0).astype(np.float64))

    return mean
