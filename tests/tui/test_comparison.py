"""Runs that are compared: which came out best, as each metric's declaration has it."""

from __future__ import annotations

import math

from tui.past.comparison import best


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
