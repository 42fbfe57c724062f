"""The loss that does not take the GPU down with a training that diverges."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from engine.parts.losses import BCELoss, BCEWithLogitsLoss
from engine.training.criterion import GuardedBCELoss, criterion_of


def test_probabilities_have_the_same_loss_and_gradients() -> None:
    """Bit for bit, the ends 0 and 1 included."""
    outputs = torch.cat(
        [torch.rand(20, generator=torch.Generator().manual_seed(0)), torch.eye(2)[0]]
    )
    targets = (torch.arange(22) % 2).float()
    found = []
    for criterion in (nn.BCELoss(), GuardedBCELoss()):
        leaf = outputs.clone().requires_grad_()
        loss = criterion(leaf, targets)
        loss.backward()
        assert leaf.grad is not None
        found.append((loss.item(), leaf.grad.tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -0.1, 1.1])
def test_what_is_no_probability_makes_the_loss_nan(wrong: float) -> None:
    """Where torch raises on the CPU, and breaks off the process's GPU."""
    outputs = torch.tensor([0.5, wrong])
    with pytest.raises(RuntimeError):
        nn.BCELoss()(outputs, torch.ones(2))
    assert math.isnan(GuardedBCELoss()(outputs, torch.ones(2)).item())


def test_only_cuda_needs_it() -> None:
    """On the CPU, and for other losses, it is torch's own module."""
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert type(criterion_of(BCELoss(), None, cpu)) is nn.BCELoss
    assert type(criterion_of(BCELoss(), None, cuda)) is GuardedBCELoss
    assert type(criterion_of(BCEWithLogitsLoss(), None, cuda)) is nn.BCEWithLogitsLoss
