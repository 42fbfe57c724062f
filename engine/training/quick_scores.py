"""How good a network is right now, asked of a part of each split."""

from __future__ import annotations

from engine.runs.events import Figure
from engine.training.trainer import Trainer

MOST_ASKED = 2000
"""Samples of a split, evenly spaced: the answer is wanted at once."""


def quick_scores(trainer: Trainer) -> tuple[dict[str, Figure], dict[str, int]]:
    """What reports tell, by names like `test_loss`; and of how many samples of each split."""
    scores: dict[str, Figure] = {}
    counts: dict[str, int] = {}
    for name, whole in trainer.device_splits.items():
        part = whole.every(-(-len(whole) // MOST_ASKED))
        counts[name] = len(part)
        for metric, value in trainer.evaluator.scored(part).reported.items():
            scores[f"{name}_{metric}"] = value
    return scores, counts
