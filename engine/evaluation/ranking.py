"""How well shares put a class before all others, of resamples that are drawn of sorted samples.

scikit-learn gives these of one set of samples; here many sets come of one sort. Both agree where
each sample is weighted by how often it was drawn.
"""

from __future__ import annotations

import numpy as np

from engine.evaluation.evidence import Array
from engine.evaluation.resampling import Statistic


class Ranking:
    """Samples in the order of the share that a class has in them, the largest first.

    Only where one of the class stands is anything counted: of many classes these are few places.
    """

    def __init__(self, shares: Array, is_class: Array) -> None:
        """shares, is_class: (samples,): the class's share, and whether it is the true one."""
        self._order = np.argsort(-shares, kind="stable")
        ordered = shares[self._order]
        is_other = ordered[1:] != ordered[:-1]
        ends = np.flatnonzero(np.append(is_other, True))
        places = np.flatnonzero(is_class[self._order])
        tied = np.append(0, np.cumsum(is_other))[places]
        """Which of the shares each sample of the class has: those that tie count together."""
        own = np.unique(tied)
        self._own = self._order[places]
        self._starts = np.searchsorted(tied, own)
        self._ends = ends[own]
        self._before = np.where(own > 0, ends[own - 1] + 1, 0)
        """Samples with larger shares than each of these."""
        self._last: tuple[Array, tuple[Array, Array, Array, Array]] | None = None
        """The counts of the newest resamples: both areas are asked for of the same."""

    def _counted(self, weights: Array) -> tuple[Array, Array, Array, Array]:
        """At each share that the class has: how many of it have this one, and this or a larger one.

        Then how many of all samples have a larger one, and this or a larger one.
        """
        if self._last is None or self._last[0] is not weights:
            self._last = weights, self._counts(weights)
        return self._last[1]

    def _counts(self, weights: Array) -> tuple[Array, Array, Array, Array]:
        every = np.empty((len(weights), len(self._order) + 1))
        every[:, 0] = 0.0
        np.cumsum(weights[:, self._order], 1, out=every[:, 1:])
        gained = np.add.reduceat(weights[:, self._own], self._starts, 1)
        return gained, np.cumsum(gained, 1), every[:, self._before], every[:, self._ends + 1]

    def roc_auc(self, weights: Array) -> Array:
        """The area under the ROC curve of each resample; nan where one side has no sample."""
        if not len(self._own):
            return np.full(len(weights), np.nan)
        gained, hits, before, upto = self._counted(weights)
        of_class = hits[:, -1]
        others = weights.sum(1) - of_class
        alarms = upto - hits + (before - (hits - gained))  # at both ends of each step up
        area = (gained * (others[:, None] - alarms / 2)).sum(1)
        return _divided(area, of_class * others)

    def pr_auc(self, weights: Array) -> Array:
        """The average precision of each resample; nan where the class has no sample."""
        if not len(self._own):
            return np.full(len(weights), np.nan)
        gained, hits, _, upto = self._counted(weights)
        precision = np.divide(hits, upto, out=np.zeros_like(hits), where=hits > 0)
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
