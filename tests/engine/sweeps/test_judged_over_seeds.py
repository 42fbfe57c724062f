"""A configuration judged over its seeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import t

from engine.evaluation.judgement import Baseline, Judgement, Score
from engine.runs.run import Run
from engine.sweeps.judged import OverSeeds, over_seeds


def _judged(accuracy: float | None, linear: float) -> Judgement:
    return Judgement(
        split="test",
        samples=100,
        verdict="Alone.",
        standing="better",
        headline="accuracy",
        scores=[Score(name="accuracy", title="Accuracy", value=accuracy)],
        baselines=[
            Baseline(name="commonest class", value=0.1),
            Baseline(name="linear model", value=linear),
        ],
    )


def _over(*pairs: tuple[float | None, float]) -> OverSeeds:
    runs = [Run(Path(f"/runs/{number}")) for number, _ in enumerate(pairs)]
    return over_seeds("s", "lr 0.1", runs, [_judged(*pair) for pair in pairs])


def test_the_mean_lies_where_students_t_says() -> None:
    """And it stands against the best of what needs no network, seed by seed."""
    found = _over((0.9, 0.8), (0.92, 0.82), (0.94, 0.84))
    (score,) = found.scores
    reach = t.ppf(0.975, 2) * 0.02 / 3**0.5
    assert (score.low, score.high) == pytest.approx((0.92 - reach, 0.92 + reach))
    assert (score.least, score.most, found.standing) == (0.9, 0.94, "better")
    assert found.verdict == (
        "It is better than what needs no network: Accuracy 0.920 on average over 3 seeds (0.870 to "
        "0.970), a linear model reaches 0.820."
    )
    assert found.runs == {"0": 0.9, "1": 0.92, "2": 0.94}


def test_luck_is_not_taken_for_more() -> None:
    """Where seeds vary as much as it is better, and where one tells of nothing but itself."""
    assert _over((0.9, 0.8), (0.7, 0.82), (0.95, 0.84)).standing == "alike"
    assert _over((0.7, 0.8), (0.71, 0.81), (0.72, 0.83)).standing == "worse"
    one = _over((0.9, 0.8))
    assert (one.verdict, one.scores[0].low) == ("Alone.", None)
    assert one.doubt.startswith("One seed tells little")
    assert _over((None, 0.8), (None, 0.8)).standing == "unknown"
