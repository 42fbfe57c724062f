"""A network put on samples whose answers are known, for engine.evaluation to judge."""

from __future__ import annotations

import msgspec
import torch

from engine.evaluation.baselines import MOST_CELLS, Guess, linear_guess, simple_guess
from engine.evaluation.columns import Column, columns
from engine.evaluation.evidence import Array, Evidence, shares
from engine.evaluation.judgement import EVEN, Cost, Judgement
from engine.evaluation.judging import judge
from engine.parts.data import Facts
from engine.parts.shapes import product
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator
from engine.training.mistakes import mistakes, num_mistakes
from engine.training.splits import Split
from engine.training.told_sample import raw_rows
from engine.training.trainer import Trainer

TOLD_MOST_BY = ("test", "validation", "train")
"""The splits, in the order of what they say of new samples."""
MOST_COLUMNS = 64
"""Of samples that are looked at column by column."""
MOST_ROWS = 100_000
"""Samples that are looked at column by column, the first of them."""


def judged(trainer: Trainer, cost: Cost = EVEN) -> Judgement:
    """What is said of a network on its data, by the split that tells most.

    cost: of mistakes, where there are two classes.
    """
    told = evidence_of(trainer)
    part = trainer.splits.named()[told.split]
    fitted_to = None
    if told.split == "test" and "validation" in trainer.device_splits:
        fitted_to = evidence(trainer.evaluator, "validation", trainer.device_splits["validation"])
    found = judge(
        told,
        guesses(trainer, told),
        fitted_to=fitted_to,
        cost=cost,
        columns=columns_of(part, trainer.evaluator.input_map, trainer.splits.facts),
    )
    return msgspec.structs.replace(
        found, mistakes=mistakes(trainer, part, told), num_mistakes=num_mistakes(told)
    )


def evidence_of(trainer: Trainer) -> Evidence:
    """What the network says of that split."""
    name = next(name for name in TOLD_MOST_BY if name in trainer.device_splits)
    return evidence(trainer.evaluator, name, trainer.device_splits[name])


def evidence(evaluator: Evaluator, name: str, part: Split) -> Evidence:
    """What a network says of a split."""
    outputs, facts, decoder = evaluator.outputs_of(part), evaluator.facts, evaluator.decoder
    targets = part.targets.cpu().numpy()
    if facts.task == "regression":
        numbers = decoder.numbers(outputs).double().cpu().numpy()
        return Evidence(name, facts, targets.astype("float64"), numbers)
    told = decoder.probabilities(outputs.double()).cpu().numpy()
    predicted = decoder.predicted_classes(outputs).cpu().numpy()
    return Evidence(name, facts, targets, predicted, shares(told))


def columns_of(part: Split, input_map: InputMap, facts: Facts) -> list[Column]:
    """The columns of a split's samples; none of pictures, or of too many."""
    if input_map.pixels is not None or product(facts.shape) > MOST_COLUMNS:
        return []
    places = torch.arange(min(len(part), MOST_ROWS))
    rows, names = raw_rows(part, input_map, facts, places)
    return columns(rows.double().numpy(), names)


def guesses(trainer: Trainer, evidence: Evidence) -> list[Guess]:
    """What is said of the same samples without a network."""
    train, part = trainer.splits.train, trainer.splits.named()[evidence.split]
    targets = _targets(train)
    found = [simple_guess(targets, evidence)]
    index = _spread(len(train), MOST_CELLS // product(trainer.splits.facts.shape))
    inputs = _inputs(trainer, part, torch.arange(len(part)))
    to_fit = _inputs(trainer, train, index)
    linear = linear_guess(to_fit, targets[index.numpy()], inputs, num_samples=len(train))
    return [*found, linear] if linear is not None else found


def _targets(part: Split) -> Array:
    found: Array = part.targets.cpu().numpy()
    return found if part.targets.dim() == 1 else found.astype("float64")


def _spread(count: int, most: int) -> torch.Tensor:
    """So many places at most, evenly over all."""
    number = min(count, max(1, most))
    return torch.arange(number) * count // number


def _inputs(trainer: Trainer, part: Split, index: torch.Tensor) -> Array:
    """Samples as the network takes them, laid out flat: (samples, inputs) float64."""
    input_map = trainer.evaluator.input_map
    parts = [
        input_map.batch(part.rows(rows)).flatten(1).double().cpu()
        for rows in torch.split(index, 4096)
    ]
    found: Array = torch.cat(parts).numpy()
    return found
