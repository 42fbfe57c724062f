"""Reading the curve of a learning-rate range test."""

from __future__ import annotations

import math

import pytest

from engine.runs.rate_test import RateTest, below, candidates, lasts, rate_test, smoothed

RATES = [10 ** (-4 + 5 * n / 100) for n in range(101)]


def _fall(rate: float) -> float:
    """A loss that falls about 0.01, is lowest at about 0.3 and grows from 1 on."""
    return 1 / (1 + (rate * 100) * math.sqrt(rate * 100)) + (0.02 * rate) * (0.02 * rate)


def test_smoothing_begins_without_a_pull_towards_zero() -> None:
    """The first value stands as it is, a constant stays, the running mean is that of its law."""
    assert smoothed([]) == []
    assert smoothed([3.0, 3.0, 3.0]) == pytest.approx([3.0, 3.0, 3.0])
    assert smoothed([1.0, 2.0]) == pytest.approx([1.0, (0.9 * 0.1 * 1 + 0.1 * 2) / (1 - 0.81)])


def test_the_steepest_fall_and_the_lowest_loss() -> None:
    """They are found where the curve has them, smoothing's delay of a few steps apart."""
    found = rate_test(RATES, [_fall(rate) for rate in RATES])
    assert found.steepest is not None
    assert found.lowest is not None
    assert 0.01 <= found.steepest <= 0.03
    assert found.lowest > 1
    assert found.suggested == float(f"{found.steepest:.1e}")


def test_the_suggestion_is_at_most_a_tenth_of_the_lowest() -> None:
    """Where the loss falls fastest just before it grows, a tenth of the lowest's rate is safer."""
    losses = [1.0] * 60 + [1 - 0.1 * n for n in range(8)] + [5.0] * 33
    found = rate_test(RATES, losses)
    assert found.lowest is not None
    assert found.steepest is not None
    assert found.steepest > found.lowest / 10
    assert found.suggested == float(f"{found.lowest / 10:.1e}")


@pytest.mark.parametrize(
    "losses",
    [[1.0] * 101, [1 - 1e-4 * n for n in range(101)], [float(n + 1) for n in range(101)], []],
    ids=["flat", "hardly falling", "growing", "none"],
)
def test_no_fall_no_suggestion(losses: list[float]) -> None:
    """A loss that does not fall says nothing of the rate."""
    found = rate_test(RATES[: len(losses)], losses)
    assert (found.steepest, found.lowest, found.suggested) == (None, None, None)


def test_slower_rates_are_smoothed_over_as_many_more_steps() -> None:
    """Four times as many steps for each power of ten suggest about the same rate."""
    slow = [10 ** (-4 + 5 * n / 500) for n in range(501)]
    found = rate_test(slow, [_fall(rate) for rate in slow])
    quick = rate_test(RATES, [_fall(rate) for rate in RATES])
    assert found.steepest == pytest.approx(quick.steepest, rel=0.3)
    assert found.smoothed[:2] == pytest.approx(smoothed(found.losses[:2], 0.9 ** (1 / 4)))  # type: ignore[arg-type]  # all finite


def test_one_batch_that_is_worse_is_no_fall() -> None:
    """The first level is a mean: a first loss above it alone suggests nothing."""
    found = rate_test(RATES, [1.2, *[1.0] * 100])
    assert found.suggested is None


def test_losses_that_never_change_stand_still() -> None:
    """Only where every step left the same loss is there no gradient."""
    assert rate_test(RATES, [1.0] * 101).stands_still
    assert not rate_test(RATES, [1.0] * 100 + [1.01]).stands_still
    assert not rate_test(RATES[:1], [1.0]).stands_still


@pytest.mark.parametrize("end", [math.nan, math.inf])
def test_what_is_not_finite_ends_the_curve(end: float) -> None:
    """The same suggestion as without the end, which is None in the curves."""
    losses = [_fall(rate) for rate in RATES]
    found = rate_test(RATES, [*losses[:-1], end])
    assert found.losses[-1] is None
    assert found.smoothed[-1] is None
    assert found.suggested == rate_test(RATES[:-1], losses[:-1]).suggested


def _read(steepest: float, lowest: float, suggested: float) -> RateTest:
    return RateTest(
        rates=[], losses=[], smoothed=[], steepest=steepest, lowest=lowest, suggested=suggested
    )


def test_rates_are_tried_from_the_last_that_lasted_downwards() -> None:
    """By halves, to an eighth of the rate that the curve suggests."""
    assert list(candidates(_read(0.02, 0.4, 0.1))) == [0.4, 0.2, 0.1, 0.05, 0.025, 0.0125]


def test_a_rate_lasts_whose_loss_neither_jumps_nor_stays_above() -> None:
    """Half above the first loss is the most on the way; above the steepest rate it must fall."""
    test = _read(0.02, 0.4, 0.1)
    assert lasts(test, 0.2, [1.0, 1.4, 0.9, 0.8, 0.7])
    assert not lasts(test, 0.2, [1.0, 1.6, 0.9, 0.8, 0.7])
    assert not lasts(test, 0.01, [1.0, 1.1, 1.1, 1.1, 1.1])
    assert lasts(test, 0.01, [1.0, 1.0, 1.01, 0.99, 1.0])
    assert not lasts(test, 0.2, [1.0, 1.0, 1.01, 0.99, 1.0])
    assert not lasts(test, 0.01, [1.0, 0.9, math.inf])
    assert not lasts(test, 0.01, [1.0])


def test_the_suggestion_lies_below_the_largest_that_lasts() -> None:
    """Half of it, or the curve's own where that lasts and is more; never above what is used."""
    assert below(_read(0.02, 0.4, 0.02), 0.2) == 0.1
    assert below(_read(0.02, 0.4, 0.15), 0.2) == 0.15
    assert below(_read(0.02, 0.4, 0.3), 0.2) == 0.2
    assert below(_read(0.02, 4.0, 0.02), 2.0, 0.1) == 0.1
