"""Intervals against scipy's, and against what is known of means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from engine.evaluation.resampling import drawn, first, intervals, mean_of, num_resamples, wilson


@pytest.mark.parametrize(("hits", "samples"), [(0, 5), (5, 5), (1, 3), (93, 100), (900, 1000)])
def test_wilson_is_scipys(hits: int, samples: int) -> None:
    """To the last digits that count."""
    told = binomtest(hits, samples).proportion_ci(0.95, method="wilson")
    assert wilson(hits, samples) == pytest.approx((told.low, told.high), abs=1e-12)


def test_nothing_has_no_interval() -> None:
    """Neither a share of none nor a statistic that is never defined."""
    assert wilson(0, 0) is None
    undefined = intervals(3, {"none": lambda weights: np.full(len(weights), np.nan)})
    assert undefined == {"none": None}
    assert intervals(0, {"none": lambda weights: weights.sum(1)}) == {"none": None}


def test_each_resample_has_as_many_samples() -> None:
    """And all of them are drawn, some at a time, the same each time."""
    parts = list(drawn(1_500_000, 3))
    assert [part.shape for part in parts] == [(1, 1_500_000)] * 3
    (whole,) = drawn(4, 1000)
    assert whole.shape == (1000, 4)
    assert (whole.sum(1) == 4).all()
    assert (whole == next(drawn(4, 1000))).all()
    assert whole.mean() == 1


def test_a_mean_lies_where_its_error_says() -> None:
    """The bootstrap's interval of a mean is that of the normal distribution, nearly."""
    values = np.random.default_rng(1).normal(5, 2, 2_000)
    found = intervals(len(values), {"mean": mean_of(values)})["mean"]
    error = 1.96 * values.std() / np.sqrt(len(values))
    assert found == pytest.approx((values.mean() - error, values.mean() + error), abs=0.01)


def test_very_many_samples_are_drawn_less_often() -> None:
    """So that a judgement of a million ends in time."""
    assert [num_resamples(n) for n in (1, 5000, 10_000, 10**7)] == [1000, 1000, 500, 200]


def test_what_goes_together_is_drawn_together() -> None:
    """Ten samples that are five twice tell no more than the five."""
    values = np.array([0.0, 1.0, 5.0, 2.0, 7.0])
    alone = intervals(5, {"mean": mean_of(values)})["mean"]
    twice = intervals(10, {"mean": mean_of(np.repeat(values, 2))}, together=2)["mean"]
    assert alone is not None
    assert twice == pytest.approx(alone)


def test_a_figure_that_takes_long_is_of_the_first_resamples() -> None:
    """The same as of so many alone."""
    values = np.arange(5.0)
    few = intervals(5, {"mean": mean_of(values)}, 20)
    more = intervals(5, {"mean": first(20, mean_of(values)), "other": mean_of(values)}, 50)
    assert more["mean"] == few["mean"]
