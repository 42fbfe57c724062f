"""What a network goes by and how much it bears, of networks that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.evaluation.columns import Column, columns
from engine.parts.data import Facts, Pixels
from engine.parts.layers.dense import Linear
from engine.parts.losses import BCEWithLogitsLoss, MSELoss
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator
from engine.training.outputs import OutputDecoder
from engine.training.splits import Split
from engine.training.strain import Strained

NUMBERS = Facts(shape=(2,), task="regression", num_samples=40, feature_names=("a", "b"))


class _First(nn.Module):
    """Says the first input, whatever the others are."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :1]


def _strained(rows: Tensor, names: list[str]) -> Strained:
    facts = NUMBERS
    decoder = OutputDecoder(MSELoss(), (Linear(1),), facts)
    evaluator = Evaluator(_First(), nn.MSELoss(), decoder, facts, InputMap())
    part = Split(rows, rows[:, :1].clone())
    found: list[Column] = columns(rows.double().numpy(), names)
    return Strained(evaluator, "test", part, found)


def _rows() -> Tensor:
    return torch.randn(40, 2, generator=torch.Generator().manual_seed(1))


def test_only_the_column_that_counts_counts() -> None:
    """Shuffling it makes the error that of two samples drawn apart; the other one nothing."""
    rows = _rows()
    first, second = _strained(rows, ["a", "b"]).importances()
    assert (first.column, second.column) == ("a", "b")
    a = rows[:, 0].double()
    apart = (a[:, None] - a[None]).abs().mean().item()
    assert first.loss == pytest.approx(apart, abs=4 * first.deviation)
    assert first.loss > 5 * first.deviation > 0
    assert (second.loss, second.deviation) == (0, 0)


def test_dependence_is_what_the_network_does() -> None:
    """The line that it is, over the column's own values; of what does not count there is none."""
    strained = _strained(_rows(), ["a", "b"])
    (found,) = strained.dependences(strained.importances())
    assert found.column == "a"
    assert found.means == pytest.approx(found.values, abs=1e-6)
    assert found.values == sorted(found.values)


def test_dependence_of_categories() -> None:
    """Each on its own: here the first says 1 where it is, and 0 where it is not."""
    flags = torch.eye(2)[torch.arange(40) % 2]
    strained = _strained(flags, ["k=x", "k=y"])
    (found,) = strained.dependences(strained.importances())
    assert (found.labels, found.means) == (["x", "y"], [1, 0])


def test_noise_and_missing_columns() -> None:
    """More noise is more error, by hand: the mean of a normal's size; without `a`, its spread."""
    rows = _rows()
    noise, missing = _strained(rows, ["a", "b"]).strains()
    assert (noise.what, noise.amounts, noise.values[0]) == (
        "noise",
        ["0", "0.1", "0.25", "0.5", "1"],
        0,
    )
    values = [value or 0.0 for value in noise.values]
    assert values == sorted(values)
    deviation = rows[:, 0].std(correction=0).item()
    assert values[-1] == pytest.approx(deviation * np.sqrt(2 / np.pi), rel=0.4)
    spread = (rows[:, 0] - rows[:, 0].mean()).abs().mean().item()
    assert missing.amounts == ["-", "a", "b"]
    assert missing.values == pytest.approx([0, spread, 0], abs=1e-6)


class _Left(nn.Module):
    """Whether the left half of a picture is lighter than the right one."""

    def forward(self, x: Tensor) -> Tensor:
        half = x.shape[3] // 2
        return (x[..., :half].mean((1, 2, 3)) - x[..., half:].mean((1, 2, 3))).unsqueeze(1)


def test_pictures_are_shifted_and_turned() -> None:
    """A dot on the left is right until it is shifted over the middle; turning it costs nothing."""
    images = torch.zeros(10, 1, 8, 8, dtype=torch.uint8)
    images[:, :, 3:5, 2] = 200
    facts = Facts(shape=(1, 8, 8), task="classification", num_samples=10, classes=("r", "l"))
    decoder = OutputDecoder(BCEWithLogitsLoss(), (Linear(1),), facts)
    input_map = InputMap(pixels=Pixels((0.0,), (1.0,)))
    evaluator = Evaluator(_Left(), nn.BCEWithLogitsLoss(), decoder, facts, input_map)
    part = Split(images, torch.ones(10, dtype=torch.int64))
    noise, shift, turn = Strained(evaluator, "test", part, ()).strains()
    assert noise.values[0] == 1
    assert (shift.amounts, shift.values) == (["0", "1", "2", "4"], [1, 1, 0, 0])
    assert (turn.what, turn.values) == ("turn", [1] * 5)
