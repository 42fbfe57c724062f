"""Scores against scikit-learn and by hand, and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from engine.evaluation.class_scores import brier_terms, class_scores
from engine.evaluation.evidence import Evidence, shares
from engine.evaluation.number_scores import number_scores
from tests.engine.evaluation.samples import THREE, of_classes, of_numbers, random_classes


def test_classes_by_hand() -> None:
    """Two of three are right; a class without samples is in no mean and has no recall."""
    found = of_classes([0, 0, 1], [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.9, 0]], THREE)
    scores, (a, b, c) = class_scores(found)
    values = {one.name: one.value for one in scores}
    assert values["accuracy"] == pytest.approx(2 / 3)
    assert values["balanced_accuracy"] == values["recall"] == 0.75
    assert values["precision"] == 0.75
    assert values["log_loss"] == pytest.approx(-np.log([0.8, 0.3, 0.9]).mean())
    assert (a.precision.value, a.recall.value, a.samples) == (1, 0.5, 2)
    assert (b.precision.value, b.recall.value) == (0.5, 1)
    assert b.f1.value == pytest.approx(2 / 3)
    assert (c.precision.value, c.recall.value, c.f1.value, c.recall.low) == (None,) * 4


@pytest.mark.parametrize("num_classes", [2, 4])
def test_classes_are_scikit_learns(num_classes: int) -> None:
    """All scores, and each lies in its interval."""
    found = random_classes(300, num_classes)
    scores, _ = class_scores(found)
    values = {one.name: one.value for one in scores}
    truth, guess, given = found.targets, found.predicted, found.probabilities
    assert given is not None
    one_hot = np.eye(num_classes)[truth]
    ranked = (truth, given[:, 1]) if num_classes == 2 else (one_hot, given)
    expected = {
        "accuracy": sk.accuracy_score(truth, guess),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, guess),
        "precision": sk.precision_score(truth, guess, average="macro"),
        "recall": sk.recall_score(truth, guess, average="macro"),
        "f1": sk.f1_score(truth, guess, average="macro"),
        "roc_auc": sk.roc_auc_score(*ranked),
        "pr_auc": sk.average_precision_score(*ranked),
        "log_loss": sk.log_loss(truth, given),
        "brier_score": sk.brier_score_loss(truth, given[:, 1] if num_classes == 2 else given),
    }
    assert values == pytest.approx(expected)
    assert brier_terms(given, truth).mean() == pytest.approx(expected["brier_score"])
    assert found.losses.mean() == pytest.approx(expected["log_loss"])
    for one in scores:
        assert one.low is not None
        assert one.high is not None
        assert one.low < (one.value or 0) < one.high, one.name
        assert one.high - one.low < 0.4


def test_one_class_alone_has_no_areas() -> None:
    """Nor does a class that nothing was taken for trouble the rest."""
    scores, _ = class_scores(of_classes([0, 0], [[0.9, 0.1], [0.8, 0.2]]))
    names = [one.name for one in scores]
    assert "roc_auc" not in names
    assert names[0] == "accuracy"


def test_outputs_that_are_not_finite_have_only_counts() -> None:
    """Shares that are no numbers come to no loss."""
    scores, _ = class_scores(of_classes([0, 1], [[np.nan, np.nan], [0.2, 0.8]]))
    assert [one.name for one in scores][-1] == "f1"


def test_shares_sum_to_one() -> None:
    """A sigmoid for each class gives none that do; nothing at all stays nothing."""
    assert shares(np.array([[0.5, 1.5], [0.0, 0.0]])).tolist() == [[0.25, 0.75], [0, 0]]


def test_numbers_by_hand() -> None:
    """Off by 1, 0 and 4 of 0, 1 and 2: in the target's unit, R² in none."""
    scores = number_scores(of_numbers([0, 1, 2], [1, 1, 6], unit="EUR"))
    assert {one.name: one.value for one in scores} == pytest.approx(
        {"mae": 5 / 3, "rmse": (17 / 3) ** 0.5, "median_error": 1, "r2": 1 - 17 / 2}
    )
    assert [one.unit for one in scores] == ["EUR", "EUR", "EUR", ""]


def test_several_targets_are_scikit_learns() -> None:
    """Their errors are averaged, R² is of their whole variance."""
    generator = np.random.default_rng(0)
    targets = generator.normal(size=(200, 2)) * [1, 5]
    numbers = targets + generator.normal(size=(200, 2))
    one = of_numbers([0], [0])
    found = number_scores(Evidence("test", one.facts, targets, numbers))
    values = {score.name: score.value for score in found}
    assert values == pytest.approx({
        "mae": sk.mean_absolute_error(targets, numbers),
        "rmse": sk.mean_squared_error(targets, numbers) ** 0.5,
        "median_error": sk.median_absolute_error(targets, numbers),
        "r2": sk.r2_score(targets, numbers, multioutput="variance_weighted"),
    })  # fmt: skip
    for score in found:
        assert score.low is not None
        assert score.high is not None
        assert score.low < (score.value or 0) < score.high


def test_targets_that_never_change_have_no_r2() -> None:
    """There is no variance to explain; and numbers that are none have no score."""
    assert [one.name for one in number_scores(of_numbers([1, 1], [1, 2]))][-1] == "median_error"
    assert number_scores(of_numbers([1, 2], [np.nan, 2])) == []
