"""Each preset lands where it says, and a healthy one draws no warning: one training tells both."""

from __future__ import annotations

import re

import pytest

from engine.parts.data.torchvision_sets import TorchvisionSet
from engine.runs.events import Figure
from tests.presets.measure import (
    NAMES,
    final_metrics,
    parameters,
    preset,
    ranges,
    skip_without_data,
)
from tests.presets.watched import watched

MEASURED = {name for name in NAMES if preset(name).measured is not None}
HEALTHY = {
    name
    for name in NAMES
    if preset(name).healthy and not isinstance(preset(name).data, TorchvisionSet)
}
SHOWN = {
    "grokking": {("warning", "overfitting", "test_loss")},
    "parity": {("warning", "no-better-than-commonest", "test_accuracy")},
}
"""What a preset is there to show, until it goes: one learns by heart long before it understands,
one guesses long before it knows."""


def _promised_accuracies(expect: str) -> list[float]:
    """The test accuracies that a text calls the least."""
    found = re.findall(r"[Aa]t least ([\d.]+) percent of the (?:\d+ )?(?:test|points held)", expect)
    return [float(text) / 100 for text in found]


@pytest.mark.parametrize("name", parameters(sorted(MEASURED | HEALTHY)))
def test_preset_trains_as_it_says(name: str) -> None:
    """Every metric lies in its measured range, and the test accuracy keeps the text's promise.

    Where it is healthy there is neither error nor warning from its first epoch to its last.
    """
    skip_without_data(preset(name))
    if name in HEALTHY:
        said = {one for one in watched(name).appeared if one[0] != "info"}
        assert said == SHOWN.get(name, set())
    if name in MEASURED:
        _assert_landed(name, watched(name).metrics if name in HEALTHY else final_metrics(name))


def _assert_landed(name: str, metrics: dict[str, Figure]) -> None:
    experiment = preset(name)
    assert experiment.measured
    for metric, (low, high) in experiment.measured.items():
        value = metrics[metric]
        assert value is not None
        assert low <= value <= high, metric
    for least in _promised_accuracies(experiment.expect):
        accuracy = metrics["test_accuracy"]
        assert accuracy is not None
        assert accuracy >= least


def test_promises_are_found_in_the_texts() -> None:
    """The promise of a preset's text is read as a number; without one there is none."""
    assert _promised_accuracies(preset("mnist-cnn").expect) == [0.985]
    assert _promised_accuracies(preset("circle-repaired").expect) == [0.98]
    assert _promised_accuracies(preset("first-network").expect) == []


def test_ranges_are_widened_and_rounded_outward() -> None:
    """A quarter of the range and 0.2 percent of the value are added, then 3 digits are kept."""
    runs: list[dict[str, Figure]] = [
        {"train_loss": 0.2345, "test_accuracy": 0.98, "test_mae": 1.0, "train_r2": None},
        {"train_loss": 0.1115, "test_accuracy": 0.90, "test_mae": 2.0, "train_r2": None},
    ]
    # 0.1115 - 0.03075 - 0.000469 = 0.080281, 0.2345 + 0.03075 + 0.000469 = 0.265719
    # 0.90 - 0.02 - 0.00196 = 0.87804, 0.98 + 0.02 + 0.00196 is above the whole
    assert ranges(runs) == {"train_loss": (0.0802, 0.266), "test_accuracy": (0.878, 1.0)}
