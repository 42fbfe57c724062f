"""Where a network fails: groups of samples, ranked by how surely they are worse than the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from engine.evaluation.columns import Column
from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Slice

FEW = 30
"""Samples below which a slice is said to be small."""
LEAST = 5
"""Samples below which nothing is said of one."""
BINS = 5
MOST_CATEGORIES = 30


def slices(evidence: Evidence, found: Sequence[Column]) -> list[Slice]:
    """Each class, each category and each fifth of a number, the most surely worse first."""
    named = [*_classes(evidence), *(one for column in found for one in _groups(column))]
    told = [
        _slice(evidence, column, value, inside)
        for column, value, inside in named
        if LEAST <= inside.sum() < len(evidence)
    ]
    return sorted(told, key=lambda one: (one.chance, one.column, one.value))


def _classes(evidence: Evidence) -> Iterator[tuple[str, str, Array]]:
    if evidence.is_classes:
        for label, name in enumerate(evidence.facts.classes):
            yield "class", name, evidence.targets == label


def _groups(column: Column) -> Iterator[tuple[str, str, Array]]:
    """A column's groups of samples, each with what it is called."""
    values = column.values
    if column.categories:
        for place, name in enumerate(column.categories[:MOST_CATEGORIES]):
            yield column.name, name, values == place
        return
    known = values[np.isfinite(values)]
    if not len(known):
        return
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        for value in distinct:
            yield column.name, f"{value:.5g}", values == value
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)))
    for place, (low, high) in enumerate(pairwise(edges)):
        is_last = place == len(edges) - 2
        inside = (values >= low) & ((values <= high) if is_last else (values < high))
        yield column.name, f"{low:.4g} to {high:.4g}", inside


def _slice(evidence: Evidence, column: str, value: str, inside: Array) -> Slice:
    errors = evidence.errors
    own, rest = errors[inside], errors[~inside]
    mean, other = float(own.mean()), float(rest.mean())
    chance = (
        _chance_of_texts(errors, inside, evidence.together)
        if evidence.together > 1
        else _chance(own, rest, is_share=evidence.is_classes)
    )
    return Slice(
        column=column,
        value=value,
        samples=len(own),
        score=1 - mean if evidence.is_classes else mean,
        rest=1 - other if evidence.is_classes else other,
        chance=chance,
        is_small=len(own) < FEW,
    )


def _chance(own: Array, rest: Array, *, is_share: bool) -> float:
    """How likely a slice at least as much worse is by chance: Fisher's exact test, or Welch's."""
    from scipy.stats import fisher_exact, ttest_ind

    if is_share:
        wrong, other = int(own.sum()), int(rest.sum())
        counts = [[wrong, len(own) - wrong], [other, len(rest) - other]]
        return float(fisher_exact(counts, alternative="greater").pvalue)
    if len(rest) < 2 or (own.var() == 0 and rest.var() == 0):
        return 0.0 if len(rest) and own.mean() > rest.mean() else 1.0
    return float(ttest_ind(own, rest, equal_var=False, alternative="greater").pvalue)


def _chance_of_texts(errors: Array, inside: Array, together: int) -> float:
    """The same where so many samples in a row are of one text, which go together.

    What each text adds to the difference of the means varies as that does (Liang and Zeger 1986).
    """
    from scipy.stats import norm

    own, rest = errors[inside], errors[~inside]
    parts = np.where(inside, (errors - own.mean()) / len(own), (rest.mean() - errors) / len(rest))
    deviation = float(np.sqrt(np.square(parts.reshape(-1, together).sum(1)).sum()))
    gap = float(own.mean() - rest.mean())
    if deviation == 0:
        return 0.0 if gap > 0 else 1.0
    return float(norm.sf(gap / deviation))
