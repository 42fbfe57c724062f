"""The floors of the losses are those that PyTorch's own losses reach."""

from __future__ import annotations

import math

import pytest
import torch

from engine.parts.floors import logistic_floors, softmax_floor


def test_known_floors() -> None:
    """Ten classes stop at 1.461, two at 0.313, as measured of the tutorials."""
    assert round(softmax_floor(10, 1.0), 3) == 1.461
    assert round(softmax_floor(2, 1.0), 3) == 0.313
    assert softmax_floor(10, 1.0) == pytest.approx(math.log(1 + 9 / math.e))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_floor_is_the_least_of_the_real_loss(classes: int, smoothing: float) -> None:
    """No probabilities give PyTorch's loss a value below the floor, and some reach it."""
    loss = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    share = torch.linspace(0, 1, 2001, dtype=torch.float64)  # of the right class
    rest = ((1 - share) / (classes - 1)).unsqueeze(1).expand(-1, classes - 1)
    outputs = torch.cat([share.unsqueeze(1), rest], dim=1)
    values = [loss(row, torch.tensor(0)).item() for row in outputs]
    floor = softmax_floor(classes, 1.0, smoothing)
    assert min(values) == pytest.approx(floor, abs=1e-6)


def test_logistic_floors() -> None:
    """Logits between 0 and 1 leave 0.313 for class 1 and 0.693 for class 0."""
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    zero, one = logistic_floors(0.0, 1.0)
    assert one == pytest.approx(loss(torch.tensor(1.0), torch.tensor(1.0)).item())
    assert zero == pytest.approx(loss(torch.tensor(0.0), torch.tensor(0.0)).item())
