"""The loss of an experiment as a module on its device."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.parts.losses import Loss
from engine.parts.objectives import Objective


class GuardedBCELoss(nn.BCELoss):
    """BCELoss that is nan for outputs that are no probabilities, and else has the same bits.

    PyTorch's kernel for CUDA ends the process's use of the GPU there, so that a training that
    diverges could not even be told of.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        inside = (input >= 0) & (input <= 1)
        loss = super().forward(torch.where(inside, input, 0.5), target)
        return torch.where(inside.all(), loss, torch.nan)


class PerPosition(nn.Module):
    """A loss of every position of a sequence, as if each were a sample; the mean over all."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """outputs: (samples, positions, outputs), or those laid out already."""
        if outputs.dim() > 2:
            outputs, targets = outputs.flatten(0, 1), targets.flatten(0, 1)
        loss: Tensor = self.loss(outputs, targets)
        return loss


def criterion_of(
    loss: Loss,
    class_weights: Tensor | None,
    device: torch.device,
    *,
    is_guarded: bool = False,
    positions: int = 0,
    objective: Objective | None = None,
) -> nn.Module:
    """The module that compares outputs with targets; class_weights: as Loss.build takes them.

    is_guarded: it raises for no outputs, on no device. positions: of each sample, as its data's
    facts have them. objective: what is asked, where that adds to what is made small.
    """
    if loss.raises_outside and (is_guarded or device.type == "cuda"):
        made: nn.Module = GuardedBCELoss()
    else:
        made = loss.build(None if class_weights is None else class_weights.to(device))
    if objective is not None:
        made = objective.criterion(made)
    return PerPosition(made) if positions else made
