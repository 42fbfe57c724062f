"""What a network says of a split, for engine.evaluation to judge."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.evaluation.evidence import Evidence, shares
from engine.parts.data import Facts
from engine.training.metrics import Evaluator
from engine.training.splits import Split

MOST_POSITIONS = 10_000
"""Of sequences, those of the first of them."""


def evidence(evaluator: Evaluator, name: str, part: Split) -> Evidence:
    """What a network says of a split; of a text each place counts as a sample."""
    if evaluator.facts.positions:
        places = judged_places(evaluator.facts, name, part)
        part = Split(part.rows(places), part.targets[places.to(part.targets.device)])
    return said(evaluator, name, part)


def judged_places(facts: Facts, name: str, part: Split) -> Tensor:
    """The sequences of a split that are judged.

    None that share places with another: those would be counted several times, and an interval be
    as narrow as if they told something new each time. What is left are blocks of a text, which
    are drawn whole (Carlstein 1986).
    """
    step = facts.overlapping if name == "train" else 1
    return torch.arange(0, len(part), step)[: max(1, MOST_POSITIONS // facts.positions)]


def said(evaluator: Evaluator, name: str, part: Split) -> Evidence:
    """What a network says of all these samples."""
    outputs, facts, decoder = evaluator.outputs_of(part), evaluator.facts, evaluator.decoder
    targets = part.targets.cpu().numpy()
    together = 1
    if facts.positions:
        together = facts.positions if len(targets) > 1 else 1  # of one text nothing can be drawn
        outputs, targets = outputs.flatten(0, 1), targets.reshape(-1)
    if facts.task != "classification":
        numbers = decoder.numbers(outputs).double().cpu().numpy()
        return Evidence(name, facts, targets.astype("float64"), numbers)
    told = decoder.probabilities(outputs.double()).cpu().numpy()
    predicted = decoder.predicted_classes(outputs).cpu().numpy()
    return Evidence(name, facts, targets, predicted, shares(told), together)
