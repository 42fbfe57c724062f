"""What the repaired presets promise beyond their own seed."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from tests.presets.measure import MARGIN, final_metrics, preset, skip_without_data
from tests.presets.repairs import PROMISES, Promise, cured, fresh_accuracy, is_dead

ROOM = 0.01
"""Share of a figure by which it may differ on another machine."""


@pytest.mark.parametrize("seed", range(10))
def test_repaired_circle_is_right_on_fresh_points(seed: int) -> None:
    """Of 2,000 points never seen, at least 95 percent are on the right side, for each seed."""
    assert fresh_accuracy(cured("circle"), seed) >= 95


def test_doctor_makes_the_repaired_circle_of_the_circle() -> None:
    """What is measured of the one holds for the other: they differ in words only."""
    words: dict[str, Any] = dict.fromkeys(("title", "summary", "teaches", "expect"), "")
    words |= {"report_every": 1, "measured": None}
    sibling, mended = preset("circle-repaired"), cured("circle")
    assert dataclasses.replace(sibling, **words) == dataclasses.replace(mended, **words)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.rare) if n == "mnist" else n for n in PROMISES]
)
def test_text_tells_what_the_repair_gives(name: str) -> None:
    """A tutorial's text has the figures that its first seed gives, the others' spread apart."""
    experiment, promise = preset(name), PROMISES[name]
    skip_without_data(experiment)
    mended, taught = promise.read(experiment.expect)
    assert promise.told(mended, taught) in experiment.expect
    seeds = promise.seeds[:200] if promise.mean else promise.seeds[:1]
    for one, (low, high) in ((cured(name), mended), (experiment, taught)):
        values = [promise.figure(one, seed) for seed in seeds]
        value = math.fsum(values) / len(values)
        room = MARGIN * (high - low) + ROOM * high + (10 if promise.mean and high else 0)
        assert low - room <= value <= high + room


def test_mnist_and_circle_keep_their_promises() -> None:
    """The texts' own figures say that the repairs reach what was asked of them."""
    low = {name: PROMISES[name].read(preset(name).expect)[0][0] for name in PROMISES}
    assert low["mnist"] > 97
    assert low["circle"] > 95
    assert PROMISES["one-step"].read(preset("one-step").expect)[0] == (0, 0)


def test_promise_is_read_as_it_was_told() -> None:
    """Ranges are rounded outward, told, and found again in a text; without them that is said."""
    promise = Promise("the loss", lambda *_: 0.0, 2)
    cured, taught = promise.span([0.123, 0.128]), promise.span([1234.5])
    assert (cured, taught) == ((0.12, 0.13), (1234.5, 1234.5))
    told = promise.told(cured, taught)
    assert "is between 0.12 and 0.13 instead of 1,234.50, measured over 5 seeds." in told
    assert promise.read(f"It is so. {told}") == (cured, taught)
    with pytest.raises(ValueError, match="nothing of the loss in: It is so"):
        promise.read("It is so.")


def test_repaired_step_always_changes_the_network() -> None:
    """Without the last ReLU no seed of two hundred has a dead output; with it about half have."""
    for mended in (preset("one-step-repaired"), cured("one-step")):
        assert not any(is_dead(mended, seed) for seed in range(200))
    assert 85 <= sum(is_dead(preset("one-step"), seed) for seed in range(200)) <= 131  # 54 percent


def test_repaired_step_makes_the_error_smaller() -> None:
    """For each of 20 seeds the squared error after the step is below the loss before it."""
    for seed in range(20):
        metrics = final_metrics("one-step-repaired", seed)
        before, after = metrics["train_loss"], metrics["train_rmse"]
        assert before is not None
        assert after is not None
        assert after**2 < before


def test_repaired_gaussians_pass_the_floor_of_the_double_softmax() -> None:
    """The loss falls under 0.313, which two softmaxes in a row cannot."""
    loss = final_metrics("two-gaussians-repaired")["train_loss"]
    assert loss is not None
    assert loss < 0.313
