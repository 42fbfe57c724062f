"""What a guess comes to that has learned nothing but the commonest class or the mean."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.training.splits import Splits


def baselines(splits: Splits) -> dict[str, float]:
    """By names like `test_accuracy` and `test_mae`: of each split, guessed from the training's."""
    parts = {name: part.targets for name, part in splits.named().items()}
    if splits.facts.task == "classification":
        commonest = torch.bincount(parts["train"].flatten()).argmax()
        return {f"{name}_accuracy": _share(targets == commonest) for name, targets in parts.items()}
    mean = parts["train"].double().mean(0)
    return {
        f"{name}_mae": (targets.double() - mean).abs().mean().item()
        for name, targets in parts.items()
    }


def _share(right: Tensor) -> float:
    return right.double().mean().item()
