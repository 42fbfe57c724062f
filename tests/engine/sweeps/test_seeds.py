"""Sweeps of seeds held against each other, by Student's t and Welch's."""

from __future__ import annotations

import pytest
from scipy.stats import ttest_ind, ttest_rel

from engine.errors import UsageError
from engine.sweeps.seeds import Seeds, gain, metric_of

LOW, HIGH = [0.80, 0.82, 0.84], [0.90, 0.91, 0.95]


def _seeds(values: list[float], first: int = 0, objective: str = "test_accuracy") -> Seeds:
    return Seeds("s", objective, {(first + n, 0): value for n, value in enumerate(values)})


def test_the_same_seeds_are_paired() -> None:
    """Then the interval is that of the differences."""
    found = gain([_seeds(HIGH), _seeds(LOW)], 0, 1)
    between = ttest_rel(HIGH, LOW).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((between.low, between.high))
    assert found.mean == pytest.approx(0.1)
    assert (found.is_paired, found.num_seeds, found.is_clear) == (True, 3, True)


def test_other_seeds_are_not() -> None:
    """Then it is Welch's, which asks for no like spread."""
    found = gain([_seeds(HIGH), _seeds(LOW[:2], first=7)], 0, 1)
    between = ttest_ind(HIGH, LOW[:2], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((between.low, between.high))
    assert (found.is_paired, found.num_seeds) == (False, 2)


def test_where_less_is_better_the_gain_is_of_the_lower() -> None:
    """A loss of 0.1 is better than one of 0.2."""
    both = [[0.1, 0.11], [0.2, 0.22]]
    sides = [_seeds(values, objective="train_loss") for values in both]
    assert gain(sides, 0, 1).mean == pytest.approx(0.105)


def test_one_seed_tells_nothing_and_the_same_values_tell_all() -> None:
    """Of one there is no spread; what never varies has no width."""
    alone = gain([_seeds([0.9]), _seeds([0.8])], 0, 1)
    assert (alone.low, alone.is_clear) == (None, False)
    same = gain([_seeds([0.5, 0.5]), _seeds([0.5, 0.5])], 0, 1)
    assert (same.low, same.high, same.is_clear) == (0, 0, False)


def test_other_objectives_are_refused() -> None:
    """A loss is no accuracy."""
    with pytest.raises(UsageError, match="measured by test_accuracy, the other by train_loss"):
        metric_of([_seeds(LOW), _seeds(LOW, objective="train_loss")])
