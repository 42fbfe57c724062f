"""Whether other inputs come from where the training's did, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.columns import Column
from engine.evaluation.judgement import Drift


def drift(train: Sequence[Column], other: Sequence[Column]) -> list[Drift]:
    """How far each column lies from the training's, the farthest first.

    The distance is that of Kolmogorov and Smirnov for numbers, and half the sum of the shares'
    differences for categories, whose chance is that of a χ² test: both from 0 to 1.
    """
    named = {column.name: column for column in other}
    found = [_drift(one, named[one.name]) for one in train if one.name in named]
    return sorted(found, key=lambda one: (-one.distance, one.chance, one.column))


def _drift(train: Column, other: Column) -> Drift:
    if train.categories or other.categories:
        return _of_categories(train, other)
    from scipy.stats import ks_2samp

    a, b = train.values[np.isfinite(train.values)], other.values[np.isfinite(other.values)]
    if not len(a) or not len(b):
        return Drift(column=train.name, test="KS", distance=0.0, chance=1.0)
    found = ks_2samp(a, b)
    return Drift(
        column=train.name,
        test="KS",
        distance=float(found.statistic),
        chance=float(found.pvalue),
        before=float(a.mean()),
        now=float(b.mean()),
    )


def _of_categories(train: Column, other: Column) -> Drift:
    from scipy.stats import chi2_contingency

    names = list(dict.fromkeys([*train.categories, *other.categories]))
    counts = np.array([_counts(column, names) for column in (train, other)])
    counts = counts[:, counts.sum(0) > 0]
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    is_constant = counts.shape[1] < 2 or (counts.sum(1) == 0).any()
    chance = 1.0 if is_constant else float(chi2_contingency(counts).pvalue)
    return Drift(column=train.name, test="χ²", distance=distance, chance=chance)


def _counts(column: Column, names: Sequence[str]) -> list[int]:
    told = np.bincount(column.values.astype(int), minlength=len(column.categories))
    by_name = dict(zip(column.categories, told.tolist(), strict=False))
    return [by_name.get(name, 0) for name in names]
