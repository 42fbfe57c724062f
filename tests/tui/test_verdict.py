"""What a change has brought, told in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from engine.runs import events as ev
from tests.tui.app.stand import small_experiment, started
from tui.live.snapshot import Snapshot
from tui.verdict import verdict


def ended(metrics: dict[str, Any], *, diverged: bool = False, **changes: Any) -> Snapshot:
    """A training of the small experiment with some changes, at its end."""
    loss = ev.Diverged(epoch=1, step=1, loss="nan", learning_rate=1.0, gradient_norm="inf")
    return Snapshot(
        "finished",
        small_experiment(**changes),
        finished=ev.RunFinished(
            reason="completed", run="r", epochs=1, steps=1, elapsed_s=1.0, metrics=metrics
        ),
        diverged=loss if diverged else None,
    )


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (
            ended({"train_accuracy": 0.5, "test_accuracy": 0.98}),
            ended({"train_accuracy": 0.6, "test_accuracy": 0.965}, epochs=100, seed=3),
            "before 0.980, now 0.965 (test accuracy): epochs 30 -> 100, seed 0 -> 3",
        ),
        (
            ended({"train_accuracy": 0.5}),
            ended({"train_accuracy": 0.75, "test_accuracy": 0.7}, test_fraction=0.25),
            "before 0.500, now 0.750 (train accuracy): test_fraction 0.0 -> 0.25",
        ),
        (
            ended({"train_loss": 0.5}),
            ended({}, diverged=True, optimizer="SGD(lr=100)"),
            "before 0.5000, now diverged (train loss): optimizer.lr 0.1 -> 100.0",
        ),
        (
            ended({"train_loss": 1e30}, diverged=True),
            ended(
                {"train_loss": 0.5},
                layers=["Linear(4)", "ReLU()", "Linear(4)", "Linear(1)", "Sigmoid()"],
            ),
            "before diverged, now 0.5000 (train loss): layers[2] + Linear(4)",
        ),
        (ended({"train_loss": 0.5}), ended({"train_loss": 0.5}), ""),
        (ended({"train_loss": 0.5}), ended({"train_loss": 0.4}, title="Another"), ""),
    ],
)
def test_a_change_is_judged(before: Snapshot, now: Snapshot, told: str) -> None:
    """By what both were measured by; nothing where nothing was changed."""
    assert verdict(replace(now, before=before.judge)) == told


def test_where_a_class_is_common_a_change_is_judged_by_both() -> None:
    """What may have got better by accuracy alone is told by balanced accuracy, too."""
    was = ended({"test_accuracy": 0.97, "test_balanced_accuracy": 0.5})
    now = ended({"test_accuracy": 0.95, "test_balanced_accuracy": 0.9}, epochs=100)
    begun = msgspec.structs.replace(
        started(small_experiment()), headlines=["accuracy", "balanced_accuracy"]
    )
    assert verdict(replace(now, started=begun, before=was.judge)) == (
        "before 0.970, now 0.950 (test accuracy), before 0.500, now 0.900 (test balanced): "
        "epochs 30 -> 100"
    )


def test_a_training_that_came_to_nothing_judges_nothing() -> None:
    """The next is judged by the one before it."""
    first = ended({"train_loss": 0.5})
    assert replace(ended({}), before=first.judge).judge == first.judge
    assert Snapshot("paused", before=first).judge is first
