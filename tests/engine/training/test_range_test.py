"""The range test goes through the rates as slowly as the network needs."""

from __future__ import annotations

import dataclasses

import pytest

from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.runs.rate_test import RateTest
from engine.training.range_test import STEPS, sweep
from tests.presets.measure import preset


def swept(name: str, **changes: object) -> RateTest:
    """The range test of a shipped preset, on one thread of the CPU."""
    experiment = dataclasses.replace(preset(name), device="cpu", threads=1, **changes)  # type: ignore[arg-type]  # fields by name
    return sweep(experiment, DataLocations(data_dir()))


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.rare) for n in (3, 4))])
def test_a_plateau_is_left_in_more_steps(seed: int) -> None:
    """Checkerboard hardly moves in the first test; a slower one suggests about its own 0.02."""
    found = swept("checkerboard", seed=seed)
    assert found.suggested is not None
    assert 0.004 < found.suggested < 0.04
    assert len(found.rates) > STEPS


def test_no_more_steps_than_the_training_has() -> None:
    """A training that ends sooner could not leave the plateau either: no slower test is made."""
    found = swept("checkerboard", epochs=2)
    assert (found.suggested, found.stands_still) == (None, False)
    assert len(found.rates) <= STEPS


def test_without_a_gradient_one_test_is_enough() -> None:
    """Where the ReLU at the end is dead no loss changes, and no slower test is made."""
    found = swept("one-step", seed=0, epochs=10**6)
    assert found.suggested is None
    assert found.stands_still
    assert len(found.rates) == STEPS


def test_where_the_first_test_tells_no_other_is_made() -> None:
    """A loss that falls at once is told from STEPS steps."""
    found = swept("spiral")
    assert found.suggested is not None
    assert len(found.rates) <= STEPS


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("spiral", 0.03, 0.3), ("wine", 0.03, 3.0), ("iris", 1.0, 3.0)],
)
def test_the_rate_is_one_of_the_good_ones_of_a_sweep(name: str, low: float, high: float) -> None:
    """Between the rates at which whole trainings come to nearly the lowest loss; see
    tests.benchmarks.measure_rate_finder. The curve alone said 0.02 for wine and 0.06 for iris."""
    found = swept(name)
    assert found.suggested is not None
    assert low <= found.suggested <= high


def test_the_suggestion_was_tried() -> None:
    """A few steps of a fresh network at that rate begin at its first loss, and lower it."""
    found = swept("wine")
    assert found.tried is not None
    before, after = found.tried
    assert before == found.losses[0]
    assert before is not None
    assert after is not None
    assert after < before / 10
