"""What a guess comes to that has learned nothing but the commonest class or the mean."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from engine.parts.data import Facts
from engine.parts.metrics import UNEVEN, headlines_of
from engine.parts.metrics.formulas import accuracy, balanced_accuracy
from engine.spec.experiment import Experiment
from engine.training.splits import Splits


def baselines(splits: Splits) -> dict[str, float]:
    """By names like `test_accuracy` and `test_mae`: of each split, guessed from the training's."""
    parts = {name: part.targets for name, part in splits.named().items()}
    if splits.facts.task == "classification":
        commonest = torch.bincount(parts["train"].flatten()).argmax()
        found = {}
        for name, targets in parts.items():
            targets = targets.flatten()
            guessed = commonest.expand_as(targets)
            found[f"{name}_accuracy"] = accuracy(guessed, targets)
            found[f"{name}_balanced_accuracy"] = balanced_accuracy(guessed, targets)
        return found
    if splits.facts.task == "generation":  # whose targets are of no guess
        return {}
    mean = parts["train"].double().mean(0)
    return {
        f"{name}_mae": (targets.double() - mean).abs().mean().item()
        for name, targets in parts.items()
    }


def headlines(experiment: Experiment, facts: Facts, guessed: Mapping[str, float]) -> list[str]:
    """The metrics that stand for a training; guessed: its baselines."""
    uneven = experiment.class_weights is not None or experiment.sampler == "balanced"
    uneven |= guessed.get("train_accuracy", 0.0) > UNEVEN
    standing = headlines_of(facts.task, experiment.select, uneven=uneven, pictures=facts.paints)
    return [one.name for one in standing]
