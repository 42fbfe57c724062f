"""The worst mistakes as they are, and samples of the training that are nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from engine.evaluation.evidence import Evidence
from engine.evaluation.judgement import Mistake, Twin
from engine.evaluation.wording import answer, truth
from engine.parts.data import Facts
from engine.training.judged_evidence import judged_places
from engine.training.splits import Split
from engine.training.told_sample import text_sample, told_samples
from engine.training.trainer import Trainer

MOST = 8
NEAR = 0.02
"""So far apart, as a share of the usual distance of two samples, are near duplicates at most."""
_ROWS = 4096
_MOST_SEARCHED = 50_000_000
"""Numbers of the training's samples that are searched for near duplicates, the first of them."""


def worst(evidence: Evidence, most: int = MOST) -> list[int]:
    """The samples that are told wrong most surely, or are farthest off; the worst first."""
    cost = evidence.losses if evidence.is_classes else evidence.errors
    cost = np.where((evidence.errors > 0) & np.isfinite(cost), cost, -np.inf)
    order = np.argsort(-cost, kind="stable")[:most]
    return [int(place) for place in order if cost[place] > -np.inf]


def num_mistakes(evidence: Evidence) -> int:
    """Samples that are told wrong; 0 of numbers, which are all a little off."""
    return int(evidence.errors.sum()) if evidence.is_classes else 0


def mistakes(trainer: Trainer, part: Split, evidence: Evidence) -> list[Mistake]:
    """The worst of a split, with what is nearly the same in the training's."""
    places = worst(evidence)
    answers = [(truth(evidence, place), answer(evidence, place)) for place in places]
    samples = told_samples(part, trainer.splits.input_map, trainer.splits.facts, places, answers)
    twins = (
        _twins(trainer, part, evidence, places)
        if evidence.split != "train"
        else [None] * len(places)
    )
    found = []
    for sample, place, (actual, predicted), twin in zip(
        samples, places, answers, twins, strict=True
    ):
        share = None
        if evidence.probabilities is not None:
            share = float(evidence.probabilities[place, evidence.predicted[place]])
        found.append(
            Mistake(sample=sample, actual=actual, predicted=predicted, share=share, twin=twin)
        )
    return found


def text_mistakes(part: Split, facts: Facts, told: Evidence) -> list[Mistake]:
    """The worst places of sequences, one of each at most, with what the network had read there."""
    sequences = judged_places(facts, told.split, part)
    found: dict[int, Mistake] = {}
    for place in worst(told, len(told)):
        row, position = divmod(place, facts.positions)
        if row in found:
            continue
        number = int(sequences[row])
        tokens = part.rows(sequences[row : row + 1])[0].tolist()
        share = None
        if told.probabilities is not None:
            share = float(told.probabilities[place, told.predicted[place]])
        found[row] = Mistake(
            sample=text_sample(number, tokens, position, facts),
            actual=truth(told, place),
            predicted=answer(told, place),
            share=share,
        )
        if len(found) == MOST:
            break
    return [*found.values()]


def _twins(
    trainer: Trainer, part: Split, evidence: Evidence, places: Sequence[int]
) -> list[Twin | None]:
    """Of each sample the nearest of the training's, where that is nearly the same."""
    if not places:
        return []
    input_map, train = trainer.evaluator.input_map, trainer.splits.train

    def taken(rows: torch.Tensor, of: Split) -> torch.Tensor:
        return input_map.batch(of.rows(rows)).flatten(1).float().cpu()

    own = taken(torch.tensor(list(places)), part)
    nearest = torch.full((len(places),), torch.inf)
    which = torch.zeros(len(places), dtype=torch.int64)
    searched = min(len(train), max(1, _MOST_SEARCHED // max(1, own.shape[1])))
    for rows in torch.split(torch.arange(searched), _ROWS):
        distances = torch.cdist(own, taken(rows, train))
        least, at = distances.min(1)
        closer = least < nearest
        nearest, which = torch.where(closer, least, nearest), torch.where(closer, rows[at], which)
    sample = taken(torch.arange(min(searched, _ROWS)), train).double()
    usual = (2 * sample.var(0, correction=0).sum()).sqrt().item()
    train_targets = trainer.splits.train.targets.cpu().numpy()
    known = Evidence("train", evidence.facts, train_targets, train_targets)
    return [
        Twin(number=row + 1, actual=truth(known, row)) if distance <= NEAR * usual else None
        for distance, row in zip(nearest.tolist(), which.tolist(), strict=True)
    ]
