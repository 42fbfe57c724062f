"""From which share on a class is said where mistakes cost differently, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.judgement import Cost
from engine.evaluation.threshold import at, cheapest, costs, threshold
from tests.engine.evaluation.samples import of_classes

SHARES = np.array([0.1, 0.3, 0.4, 0.6, 0.9])
TRUTH = np.array([False, True, False, False, True])


def test_precision_and_recall_at_a_threshold() -> None:
    """Above it, not at it; where nothing is said there is no precision."""
    one = at(SHARES, TRUTH, 0.3)
    assert one.precision == pytest.approx(1 / 3)
    assert one.recall == 0.5
    one = at(SHARES, TRUTH, 0.95)
    assert (one.precision, one.recall) == (None, 0)
    assert at(SHARES, ~TRUTH & TRUTH, 0.5).recall is None


@pytest.mark.parametrize(
    ("cost", "chosen", "spent"),
    [
        (Cost(alarm=1, miss=1), 0.75, 1),
        (Cost(alarm=1, miss=5), 0.2, 2),
        (Cost(alarm=5, miss=1), 0.75, 1),
        (Cost(alarm=0, miss=1), 0.2, 0),
        (Cost(alarm=1, miss=0), 0.95, 0),
    ],
)
def test_the_cheapest(cost: Cost, chosen: float, spent: float) -> None:
    """In the middle between two shares, and of equals the nearest to one half."""
    found = cheapest(SHARES, TRUTH, cost)
    assert costs(SHARES, TRUTH, found, cost) * 5 == pytest.approx(spent)
    if cost.miss:
        assert found == pytest.approx(chosen)


def test_no_threshold_is_cheaper() -> None:
    """Of random samples, with ties and shares of 0 and 1 among them."""
    generator = np.random.default_rng(0)
    for _ in range(50):
        shares = generator.integers(0, 5, 12) / 4
        truth = generator.random(12) < 0.5
        cost = Cost(alarm=float(generator.integers(0, 4)), miss=float(generator.integers(0, 4)))
        found = costs(shares, truth, cheapest(shares, truth, cost), cost)
        others = [costs(shares, truth, one, cost) for one in np.linspace(-0.1, 1.1, 121)]
        inside = [costs(shares, truth, one, cost) for one in np.linspace(0, 1, 101)]
        assert found >= min(others) - 1e-12
        assert found <= min(inside) + 1e-12


def test_chosen_by_other_samples() -> None:
    """It is measured on those that are judged, and says by which it was chosen."""
    both = np.stack([1 - SHARES, SHARES], 1)
    judged = of_classes(TRUTH.astype(int), both)
    other = of_classes([0, 1], [[0.75, 0.25], [0.65, 0.35]], split="validation")
    found = threshold(judged, other, Cost(miss=3))
    assert found.chosen.threshold == pytest.approx(0.3)
    assert (found.fitted_to, found.of) == ("validation", "yes")
    assert found.usual_cost == pytest.approx((3 + 1) / 5)
    assert found.chosen_cost == pytest.approx((3 + 2) / 5)
    assert threshold(judged, None, Cost()).fitted_to == ""
    assert (found.points[0].threshold, found.points[-1].threshold) == (0, 1)
