"""The focal loss: run in training, and printed into exported scripts as it stands."""

from __future__ import annotations

import torch
from torch import nn


class FocalLoss(nn.Module):
    """Cross-entropy times (1 - p)^gamma: what is known well already counts less.

    p: the probability that the outputs' softmax gives the right class.
    """

    weight: torch.Tensor | None

    def __init__(self, gamma: float = 2.0, weight: torch.Tensor | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.register_buffer("weight", weight)

    def forward(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        logs = outputs.log_softmax(1).gather(1, targets.unsqueeze(1)).squeeze(1)
        # A power below 1 has no finite slope at 0.
        missing = (-torch.expm1(logs)).clamp_min(1e-7)
        losses = -(missing**self.gamma) * logs
        if self.weight is None:
            return losses.mean()
        weights = self.weight[targets]
        return (weights * losses).sum() / weights.sum()
