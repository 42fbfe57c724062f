"""How good a network is, beside what needs none, in one sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.tui.app.stand import small_experiment, started
from tui.baseline import baseline_sentence, percent


@pytest.mark.parametrize(
    ("share", "told"),
    [(1.0, "100%"), (0.98, "98%"), (0.9996, "99.9%"), (0.1234, "12.3%"), (0.0, "0%")],
)
def test_only_all_is_all(share: float, told: str) -> None:
    """Three digits, and 100 only where nothing is missing."""
    assert percent(share) == told


@pytest.mark.parametrize(
    ("data", "baselines", "measured", "told"),
    [
        (
            "circle(samples=20)",
            {"train_accuracy": 0.5, "test_accuracy": 0.25},
            {"train_accuracy": 1.0, "test_accuracy": 0.98},
            "98% of the test points are right; the commonest class alone would give 25%.",
        ),
        (
            "iris()",
            {"train_accuracy": 1 / 3},
            {"train_accuracy": 0.9},
            "90% of the training samples are right; the commonest class alone would give 33.3%.",
        ),
        (
            "plane(samples=20)",
            {"test_mae": 0.83},
            {"train_mae": 0.1, "test_mae": 0.125},
            "The test points are 0.1250 off on average; the mean alone would be 0.8300 off.",
        ),
        ("circle(samples=20)", {}, {"test_accuracy": 0.98}, ""),
    ],
)
def test_one_sentence(
    data: str, baselines: dict[str, float], measured: dict[str, Any], told: str
) -> None:
    """Of the split that tells most; nothing of a run from before it was kept."""
    losses = {"iris()": "CrossEntropyLoss()", "plane(samples=20)": "MSELoss()"}
    outputs = ["Linear(3)"] if data == "iris()" else ["Linear(1)", "Sigmoid()"]
    experiment = small_experiment(data=data, layers=outputs, loss=losses.get(data, "BCELoss()"))
    event = msgspec.structs.replace(started(experiment), baselines=baselines)
    assert baseline_sentence(event, measured) == told


def test_where_a_class_is_common_every_class_counts_the_same_beside_it() -> None:
    """As the record says that balanced accuracy stands for the training, too."""
    event = msgspec.structs.replace(
        started(small_experiment()),
        baselines={"test_accuracy": 0.95, "test_balanced_accuracy": 0.5},
        headlines=["accuracy", "balanced_accuracy"],
    )
    assert baseline_sentence(event, {"test_accuracy": 0.96, "test_balanced_accuracy": 0.6}) == (
        "96% of the test points are right; the commonest class alone would give 95%. Every class "
        "counting the same, it is 60%, and the commonest class alone would give 50%."
    )
