"""Generators of the regressions: a number to predict over a plane or a line."""

import torch


def plane(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A slanted plane over a square: the target is (x1 + x2) / 2."""
    points = 4 * torch.rand(samples, 2) - 2
    targets = points.sum(dim=1, keepdim=True) / 2
    return points, targets + noise * torch.randn(samples, 1)


def wave(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """About two periods of a sine over -3 to 3: the target is sin(2x)."""
    inputs = 6 * torch.rand(samples, 1) - 3
    targets = torch.sin(2 * inputs)
    return inputs, targets + noise * torch.randn(samples, 1)
