"""A network put on samples whose answers are known, for engine.evaluation to judge."""

from __future__ import annotations

import msgspec
import torch

from engine.evaluation.baselines import MOST_CELLS, Guess, linear_guess, simple_guess
from engine.evaluation.columns import Column, columns
from engine.evaluation.drift import drift
from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import EVEN, Cost, Judgement
from engine.evaluation.judging import judge
from engine.evaluation.picture_figures import picture_columns
from engine.parts.data import Facts
from engine.parts.shapes import product
from engine.training.inputs import InputMap
from engine.training.judged_evidence import evidence
from engine.training.mistakes import mistakes, num_mistakes, text_mistakes
from engine.training.saliency import saliencies
from engine.training.splits import Split
from engine.training.strain import Strained
from engine.training.told_sample import raw_rows
from engine.training.trainer import Trainer

TOLD_MOST_BY = ("test", "validation", "train")
"""The splits, in the order of what they say of new samples."""
MOST_COLUMNS = 64
"""Of samples that are looked at column by column."""
MOST_PICTURES = 2000
"""Whose brightness and the like is held against the training's."""
MOST_ROWS = 100_000
"""Samples that are looked at column by column, the first of them."""


def judged(trainer: Trainer, cost: Cost = EVEN) -> Judgement:
    """What is said of a network on its data, by the split that tells most.

    cost: of mistakes, where there are two classes.
    """
    told = evidence_of(trainer)
    return _judged(trainer, trainer.splits.named()[told.split], told, cost)


def judged_on(trainer: Trainer, part: Split, name: str, cost: Cost = EVEN) -> Judgement:
    """The same of samples that are not of its data, and how far these lie from the training's."""
    found = _judged(trainer, part, evidence(trainer.evaluator, name, part), cost)
    input_map, facts = trainer.evaluator.input_map, trainer.splits.facts
    train = trainer.splits.train
    if input_map.pixels is not None:
        drifts = drift(*(picture_columns(_pictures(one, input_map)) for one in (train, part)))
    else:
        before, now = (columns_of(one, input_map, facts) for one in (train, part))
        drifts = drift(before, now)
    return msgspec.structs.replace(found, drifts=drifts)


def _pictures(part: Split, input_map: InputMap) -> Array:
    """Some of a split's pictures, evenly over all: (pictures, channels, rows, columns), 0 to 1."""
    assert input_map.pixels is not None, "they are pictures"
    rows = part.rows(_spread(len(part), MOST_PICTURES)).cpu().double()
    found: Array = (rows / input_map.pixels.scale).numpy()
    return found


def _judged(trainer: Trainer, part: Split, told: Evidence, cost: Cost) -> Judgement:
    evaluator, facts = trainer.evaluator, trainer.splits.facts
    fitted_to = None
    if told.split != "validation" and "validation" in trainer.device_splits:
        fitted_to = evidence(evaluator, "validation", trainer.device_splits["validation"])
    columns = columns_of(part, evaluator.input_map, facts)
    found = judge(
        told, guesses(trainer, part, told), fitted_to=fitted_to, cost=cost, columns=columns
    )
    # Of sequences a mistake is a place in one.
    own = text_mistakes(part, facts, told) if facts.positions else mistakes(trainer, part, told)
    found = msgspec.structs.replace(found, mistakes=own, num_mistakes=num_mistakes(told))
    if not told.is_finite:
        return found
    strained = Strained(evaluator, told.split, part, columns)
    importances = strained.importances()
    return msgspec.structs.replace(
        found,
        importances=importances,
        dependences=strained.dependences(importances),
        saliencies=saliencies(evaluator, part, told),
        strains=strained.strains(),
    )


def evidence_of(trainer: Trainer) -> Evidence:
    """What the network says of that split."""
    name = next(name for name in TOLD_MOST_BY if name in trainer.device_splits)
    return evidence(trainer.evaluator, name, trainer.device_splits[name])


def columns_of(part: Split, input_map: InputMap, facts: Facts) -> list[Column]:
    """The columns of a split's samples; none of pictures, or of too many."""
    is_other = input_map.pixels is not None or facts.positions or facts.tokens
    if is_other or product(facts.shape) > MOST_COLUMNS:
        return []
    places = torch.arange(min(len(part), MOST_ROWS))
    rows, names = raw_rows(part, input_map, facts, places)
    return columns(rows.double().numpy(), names)


def guesses(trainer: Trainer, part: Split, evidence: Evidence) -> list[Guess]:
    """What is said of the same samples without a network."""
    train = trainer.splits.train
    targets = _targets(train)
    found = [simple_guess(targets, evidence)]
    if trainer.splits.facts.positions:  # its sequences are no rows of features
        return found
    if (last := last_values(trainer, part)) is not None:
        found.append(Guess("last value", last))
    facts = trainer.splits.facts
    index = _spread(len(train), MOST_CELLS // (len(facts.tokens) or product(facts.shape)))
    inputs = _inputs(trainer, part, torch.arange(len(part)))
    to_fit = _inputs(trainer, train, index)
    linear = linear_guess(to_fit, targets[index.numpy()], inputs, num_samples=len(train))
    return [*found, linear] if linear is not None else found


def last_values(trainer: Trainer, part: Split) -> Array | None:
    """What came last of each sequence whose next numbers are asked; None of other samples."""
    facts = trainer.splits.facts
    if not facts.is_sequence or facts.task != "regression" or facts.shape[-1] != facts.num_targets:
        return None
    rows, _ = raw_rows(part, trainer.evaluator.input_map, facts, torch.arange(len(part)))
    last: Array = rows[:, -facts.num_targets :].double().numpy()
    return last


def _targets(part: Split) -> Array:
    if not part.targets.is_floating_point():  # of sequences, one for each position
        classes: Array = part.targets.flatten().cpu().numpy()
        return classes
    found: Array = part.targets.cpu().numpy()
    return found if part.targets.dim() == 1 else found.astype("float64")


def _spread(count: int, most: int) -> torch.Tensor:
    """So many places at most, evenly over all."""
    number = min(count, max(1, most))
    return torch.arange(number) * count // number


def _inputs(trainer: Trainer, part: Split, index: torch.Tensor) -> Array:
    """Samples as the network takes them, laid out flat: (samples, inputs) float64.

    Of texts how often each token is in them.
    """
    input_map, count = trainer.evaluator.input_map, len(trainer.splits.facts.tokens)
    if count:
        rows = part.rows(index).cpu()
        counts = torch.zeros(len(rows), count, dtype=torch.float64)
        told: Array = counts.scatter_add_(1, rows, torch.ones_like(rows).double()).numpy()
        return told
    parts = [
        input_map.batch(part.rows(rows)).flatten(1).double().cpu()
        for rows in torch.split(index, 4096)
    ]
    found: Array = torch.cat(parts).numpy()
    return found
