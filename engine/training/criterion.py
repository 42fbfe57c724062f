"""The loss of an experiment as a module on its device."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.parts.losses import Loss


class GuardedBCELoss(nn.BCELoss):
    """BCELoss that is nan for outputs that are no probabilities, and else has the same bits.

    PyTorch's kernel for CUDA ends the process's use of the GPU there, so that a training that
    diverges could not even be told of.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        inside = (input >= 0) & (input <= 1)
        loss = super().forward(torch.where(inside, input, 0.5), target)
        return torch.where(inside.all(), loss, torch.nan)


def criterion_of(
    loss: Loss, class_weights: Tensor | None, device: torch.device, *, is_guarded: bool = False
) -> nn.Module:
    """The module that compares outputs with targets; class_weights: as Loss.build takes them.

    is_guarded: it raises for no outputs, on no device.
    """
    if loss.raises_outside and (is_guarded or device.type == "cuda"):
        return GuardedBCELoss()
    return loss.build(None if class_weights is None else class_weights.to(device))
