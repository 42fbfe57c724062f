"""Runs that are compared: which came out best, as each metric's declaration has it."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest

from engine.parts.metrics import headlines_named
from engine.runs.run import Run
from tui.past.comparison import Verdict, best, told, verdicts
from tui.past.fields import aligned, brief, differences, fields_of
from tui.past.run_names import age


def test_the_best_is_the_highest_accuracy_and_the_lowest_loss() -> None:
    """Equals share it; what is undefined or not finite never has it."""
    runs: list[dict[str, float | None]] = [
        {"train_loss": 0.5, "test_accuracy": 0.9, "test_r2": None},
        {"train_loss": 0.25, "test_accuracy": 0.9, "test_r2": math.nan},
        {"train_loss": math.nan, "test_accuracy": 0.5, "test_r2": -3.0},
        {"train_loss": 0.75},
    ]
    assert dict(best(runs)) == {"train_loss": [1], "test_accuracy": [0, 1], "test_r2": [2]}


def test_there_is_no_best_where_all_are_alike() -> None:
    """Nor of what is no metric, or nowhere defined."""
    assert dict(best([{"train_loss": 0.5}, {"train_loss": 0.5}])) == {}
    assert dict(best([{"speed": 1.0}, {"speed": 2.0}])) == {}
    assert dict(best([{"test_r2": None}, {"test_r2": None}])) == {}


def test_differences_are_told_field_by_field() -> None:
    """Arguments of components and single layers are compared, defaults filled in."""
    first = fields_of(
        {"optimizer": "SGD(lr=0.1)", "layers": ["Linear(4)"], "epochs": 3, "title": "A"}
    )
    second = fields_of(
        {"optimizer": "SGD(lr=0.1, momentum=0.9)", "layers": ["Linear(4)", "ReLU()"], "epochs": 3}
    )
    assert list(differences([first, second])) == [
        ("optimizer.momentum", ["0.0", "0.9"]),
        ("layers.1", ["-", "ReLU()"]),
    ]
    assert brief(first, second) == ["momentum 0.9", "+ReLU()"]
    blocks = [fields_of({"layers": [f"Residual([Linear({n}), ReLU()])"]}) for n in (4, 8)]
    assert list(differences(blocks)) == [("layers.0.0", ["Linear(4)", "Linear(8)"])]


def test_a_layer_that_is_put_in_is_one_line() -> None:
    """Whatever follows it; one that is taken out or another too, in any number of networks."""
    first = ("Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()")
    second = ("Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(1)", "Sigmoid()")
    third = ("Linear(8)", "Tanh()", "Linear(1)")
    rows = differences([fields_of({"layers": list(one)}) for one in (first, second)])
    assert list(rows) == [("layers.1", ["-", "BatchNorm1d()"])]
    assert aligned([first, second, third]) == [
        ["Linear(4)", "Linear(4)", "Linear(8)"],
        ["-", "BatchNorm1d()", "Tanh()"],
        ["ReLU()", "ReLU()", "-"],
        ["Linear(1)", "Linear(1)", "Linear(1)"],
        ["Sigmoid()", "Sigmoid()", "-"],
    ]


def test_what_is_otherwise_is_said_in_words() -> None:
    """Another component by its name and rate alone, the computer it was trained on not at all."""
    first = fields_of({"optimizer": "SGD(lr=0.1)", "loss": "MSELoss()", "layers": ["ReLU()"]})
    second = fields_of(
        {"optimizer": "Adam(lr=0.01)", "loss": "L1Loss()", "device": "cuda", "seed": 3}
    )
    assert brief(first, second) == ["Adam", "lr 0.01", "L1Loss", "seed 3", "without ReLU()"]


def test_the_verdict_is_a_sentence() -> None:
    """By the headline of the task, of the test split where all have one."""
    runs: list[dict[str, float | None]] = [
        {"train_accuracy": 1.0, "test_accuracy": 0.9, "test_loss": 0.3},
        {"train_accuracy": 0.9, "test_accuracy": 0.95, "test_loss": 0.4},
    ]
    (found,) = verdicts(runs)
    assert found == Verdict("test_accuracy", [0.9, 0.95], [1])
    assert told(found, "AB") == "B has the better test accuracy: 0.950 instead of 0.900."
    assert told(Verdict("train_loss", [0.5, 0.25, 0.25], [1, 2]), "ABC") == (
        "B and C have the best train loss: 0.2500 instead of 0.5000."
    )
    assert told(Verdict("test_r2", [0.5, 0.5], [0, 1]), "AB") == (
        "Both come to the same test r2: 0.500."
    )
    assert verdicts([{"train_loss": 0.5}, {}]) == []


def test_where_a_class_is_common_there_is_a_verdict_by_each_headline() -> None:
    """Balanced accuracy beside accuracy: the one may be worse where the other is better."""
    runs: list[dict[str, float | None]] = [
        {"test_accuracy": 0.97, "test_balanced_accuracy": 0.5},
        {"test_accuracy": 0.95, "test_balanced_accuracy": 0.9},
    ]
    headlines = headlines_named(["accuracy", "balanced_accuracy"])
    assert [told(one, "AB") for one in verdicts(runs, headlines)] == [
        "A has the better test accuracy: 0.970 instead of 0.950.",
        "B has the better test balanced accuracy: 0.900 instead of 0.500.",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20260101-120000-moons-af62", "now"),
        ("20260101-115500-moons-af62", "5 min ago"),
        ("20260101-093000-moons-af62", "2 h ago"),
        ("20251230-093000-moons-af62", "2 days ago"),
        ("20251399-093000-moons-af62", ""),
        ("mine", ""),
    ],
)
def test_age_is_told_in_one_unit(name: str, expected: str) -> None:
    """As the name has it, which nobody else's copying changes."""
    assert age(Run(Path(name)), datetime(2026, 1, 1, 12, 0, 30)) == expected
