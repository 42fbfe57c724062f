"""Modules that PyTorch has not: run in training, and printed into scripts as they stand."""

from __future__ import annotations

import torch
from torch import nn


class Silence(nn.Module):
    """Fixes some units of what comes in to zero: (samples, units, …)."""

    index: torch.Tensor

    def __init__(self, units: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("index", torch.tensor(units), persistent=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.index_fill(1, self.index, 0.0)


class Residual(nn.Module):
    """Adds its input, or a projection of it, to what its layers make of it."""

    def __init__(self, *layers: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.shortcut = nn.Identity() if shortcut is None else shortcut

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.layers(inputs) + self.shortcut(inputs)
        return outputs
