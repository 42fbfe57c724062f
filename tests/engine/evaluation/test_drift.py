"""Columns of other data held against the training's, by scipy's own tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from engine.evaluation.columns import Column
from engine.evaluation.drift import drift


def _numbers(name: str, values: list[float]) -> Column:
    return Column(name, (0,), np.array(values))


def _kinds(values: list[int], categories: tuple[str, ...]) -> Column:
    return Column("kind", (1, 2), np.array(values), categories)


def test_the_farthest_comes_first() -> None:
    """By the distance of Kolmogorov and Smirnov, with both means."""
    near, far = [float(n) for n in range(20)], [float(n + 15) for n in range(20)]
    found = drift(
        [_numbers("a", near), _numbers("b", near)], [_numbers("a", near), _numbers("b", far)]
    )
    assert [one.column for one in found] == ["b", "a"]
    first, second = found
    test = ks_2samp(near, far)
    assert (first.distance, first.chance) == pytest.approx((test.statistic, test.pvalue))
    assert (first.before, first.now, first.test) == (9.5, 24.5, "KS")
    assert (second.distance, second.chance) == (0, 1)


def test_categories_by_chi_squared() -> None:
    """Also one that was not there before; what is missing is no number."""
    before, now = _kinds([0] * 8 + [1] * 2, ("x", "y")), _kinds([0] * 2 + [1] * 8, ("x", "z"))
    (found,) = drift([before], [now])
    assert found.distance == pytest.approx(0.8)
    counts = np.array([[8, 2, 0], [2, 0, 8]])
    assert found.chance == pytest.approx(chi2_contingency(counts).pvalue)
    assert found.test == "χ²"
    (same,) = drift([before], [_kinds([0] * 4 + [1], ("x", "y"))])
    assert same.distance == pytest.approx(0)
    (empty,) = drift([_numbers("a", [1.0])], [_numbers("a", [float("nan")])])
    assert (empty.distance, empty.chance) == (0, 1)


def test_columns_of_one_side_alone_are_left_out() -> None:
    """There is nothing to hold them against."""
    assert drift([_numbers("a", [1.0])], [_numbers("b", [1.0])]) == []
