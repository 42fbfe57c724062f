"""Groups of samples that are worse than the rest, most surely first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import fisher_exact, ttest_ind

from engine.evaluation.columns import Column, columns
from engine.evaluation.slices import slices
from tests.engine.evaluation.samples import of_classes, of_numbers


def test_columns_of_categories_are_put_together() -> None:
    """`sex=male` and `sex=female` are one; what is none of them is said to be."""
    rows = np.array([[3.0, 1, 0], [4.0, 0, 1], [5.0, 0, 0]])
    age, sex = columns(rows, ["age", "sex=m", "sex=f"])
    assert (age.name, age.categories, age.values.tolist()) == ("age", (), [3, 4, 5])
    assert (sex.name, sex.categories, sex.values.tolist()) == ("sex", ("m", "f", "-"), [0, 1, 2])
    assert (age.inputs, sex.inputs) == ((0,), (1, 2))


def test_the_most_surely_worse_comes_first() -> None:
    """A group that is wrong half of the time beside one that is always right."""
    group = np.arange(80) % 2
    right = (group == 0) | (np.arange(80) % 4 == 1)
    targets = np.arange(80) // 40
    told = np.where(right, targets, 1 - targets)
    found = slices(of_classes(targets, np.eye(2)[told]), [Column("g", (0,), group, ("a", "b"))])
    first = found[0]
    assert (first.column, first.value, first.samples) == ("g", "b", 40)
    assert (first.score, first.rest, first.is_small) == (0.5, 1, False)
    exact = fisher_exact([[20, 20], [0, 40]], alternative="greater").pvalue
    assert first.chance == pytest.approx(exact)
    assert [(one.column, one.value) for one in found[1:]] == [
        ("class", "no"), ("class", "yes"), ("g", "a"),
    ]  # fmt: skip


def test_numbers_in_fifths_by_welch() -> None:
    """Errors of a regression in its unit, the last fifth closed at its end."""
    values = np.arange(50.0)
    off = np.where(values >= 40, 3.0, 1.0) + 0.01 * (np.arange(50) % 3)
    evidence = of_numbers([0.0] * 50, off.tolist())
    found = slices(evidence, [Column("x", (0,), values)])
    assert [one.samples for one in found] == [10] * 5
    assert (found[0].value, found[0].is_small) == ("39.2 to 49", True)
    test = ttest_ind(off[40:], off[:40], equal_var=False, alternative="greater")
    assert found[0].chance == pytest.approx(test.pvalue)


def test_few_values_are_told_one_by_one_and_very_small_slices_not() -> None:
    """Four samples say nothing; what is missing is in no slice; all alike are in none."""
    values = np.array([1.0] * 6 + [2.0] * 6 + [3.0] * 4 + [np.nan])
    evidence = of_numbers([0.0] * 17, [1.0] * 17)
    found = slices(evidence, [Column("x", (0,), values), Column("same", (1,), np.ones(17))])
    assert [(one.value, one.samples, one.chance) for one in found] == [("1", 6, 1), ("2", 6, 1)]
    assert slices(evidence, [Column("none", (0,), np.full(17, np.nan))]) == []


def test_places_of_texts_go_together() -> None:
    """A class that two texts of thirty tell wrong is not surely worse; one that all do is."""
    right, wrong = [0.9, 0.1], [0.1, 0.9]
    targets = np.tile([0, 0, 0, 1], 30)
    shares = np.array([right, right, right, wrong] * 30)
    shares[:8] = [wrong, wrong, wrong, right] * 2
    few = replace(of_classes(targets, shares), together=4)
    alone = {one.value: one.chance for one in slices(of_classes(targets, shares), [])}
    chances = {one.value: one.chance for one in slices(few, [])}
    assert chances["no"] > alone["no"]
    shares[2::4] = wrong
    every = replace(of_classes(targets, shares), together=4)
    (first, *_) = slices(every, [])
    assert (first.value, first.chance < 1e-6) == ("no", True)
