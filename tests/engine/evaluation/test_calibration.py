"""Probabilities that come true, and those that a temperature makes to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.evaluation.calibration import (
    at_temperature,
    best_temperature,
    calibration,
    calibration_error,
    reliability,
)
from engine.evaluation.evidence import Array
from engine.evaluation.judgement import ReliabilityBin
from tests.engine.evaluation.samples import of_classes


def _sure(share: float, right: int, wrong: int) -> tuple[Array, Array]:
    """Samples of the first class, all told with this share, some of them wrong."""
    shares = np.array([[share, 1 - share]] * right + [[1 - share, share]] * wrong)
    return shares, np.zeros(right + wrong, int)


def test_error_by_hand() -> None:
    """Seven of ten right where 0.9 was said is 0.2 off; where 0.7 was said, nothing."""
    assert calibration_error(*_sure(0.9, 7, 3)) == pytest.approx(0.2)
    assert calibration_error(*_sure(0.7, 7, 3)) == pytest.approx(0)
    (one,) = reliability(*_sure(0.9, 7, 3))
    assert (one.samples, one.right, one.low) == (10, 0.7, 0.9)
    assert one.share == pytest.approx(0.9)


def test_texts_are_as_sure_as_they_have_stretches() -> None:
    """Ten places that are five twice tell no more than the five: as wide an interval, or wider."""
    shares, targets = _sure(0.9, 70, 30)
    order = np.random.default_rng(0).permutation(100)
    shares, targets = shares[order], targets[order]
    (alone,) = reliability(shares, targets)
    (each,) = reliability(np.repeat(shares, 4, 0), np.repeat(targets, 4))
    (drawn,) = reliability(np.repeat(shares, 4, 0), np.repeat(targets, 4), together=4)

    def width(one: ReliabilityBin) -> float:
        assert one.low_right is not None
        assert one.high_right is not None
        assert one.low_right < one.right < one.high_right
        return one.high_right - one.low_right

    assert drawn.samples == 400
    assert width(drawn) == pytest.approx(width(alone), rel=0.1)
    assert width(each) == pytest.approx(width(alone) / 2, rel=0.1)


def test_the_best_temperature_makes_shares_come_true() -> None:
    """Seven of ten right: odds of 9 must become odds of 7 to 3, by hand."""
    shares, targets = _sure(0.9, 7, 3)
    found = best_temperature(shares, targets)
    assert found == pytest.approx(math.log(9) / math.log(7 / 3), rel=1e-4)
    assert at_temperature(shares, found)[0] == pytest.approx([0.7, 0.3], abs=1e-4)


def test_a_temperature_is_a_division_of_logits() -> None:
    """For any number of classes; 1 changes nothing, and shares of nothing stay."""
    logits = np.array([[2.0, 1.0, -1.0], [0.0, 3.0, 1.0]])
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    halved = np.exp(logits / 2) / np.exp(logits / 2).sum(1, keepdims=True)
    assert at_temperature(shares, 2) == pytest.approx(halved)
    assert at_temperature(shares, 1) == pytest.approx(shares)
    assert at_temperature(np.array([[1.0, 0.0]]), 2) == pytest.approx(np.array([[1.0, 0.0]]))


def test_fitted_to_other_samples_or_to_halves_in_turn() -> None:
    """What is told of it is never of the samples that it was fitted to."""
    shares, targets = _sure(0.99, 70, 30)
    order = np.random.default_rng(0).permutation(100)
    evidence = of_classes(targets[order], shares[order])
    other = of_classes(targets, shares, split="validation")
    for fitted_to, split in ((other, "validation"), (None, "")):
        found = calibration(evidence, fitted_to)
        assert found.fitted_to == split
        assert found.error == pytest.approx(0.29)
        assert found.temperature == pytest.approx(math.log(99) / math.log(7 / 3), rel=1e-3)
        assert found.error_after is not None
        assert found.error_after < 0.21
        assert found.log_loss_after is not None
        assert found.log_loss is not None
        assert found.log_loss_after < found.log_loss
