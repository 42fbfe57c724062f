"""What a network says of a split, for engine.evaluation to judge."""

from __future__ import annotations

from engine.evaluation.evidence import Evidence, shares
from engine.training.metrics import Evaluator
from engine.training.splits import Split

MOST_POSITIONS = 10_000
"""Of sequences, the first of them: windows that overlap say the same again."""


def evidence(evaluator: Evaluator, name: str, part: Split) -> Evidence:
    """What a network says of a split."""
    outputs, facts, decoder = evaluator.outputs_of(part), evaluator.facts, evaluator.decoder
    targets = part.targets.cpu().numpy()
    if facts.positions:  # each position of a sequence counts as a sample
        most = max(1, MOST_POSITIONS // facts.positions)  # whole ones
        outputs, targets = outputs[:most].flatten(0, 1), targets[:most].reshape(-1)
    if facts.task != "classification":
        numbers = decoder.numbers(outputs).double().cpu().numpy()
        return Evidence(name, facts, targets.astype("float64"), numbers)
    told = decoder.probabilities(outputs.double()).cpu().numpy()
    predicted = decoder.predicted_classes(outputs).cpu().numpy()
    is_few = len(targets) <= facts.positions  # of one text nothing can be drawn
    together = 1 if is_few else facts.positions or 1
    return Evidence(name, facts, targets, predicted, shares(told), together)
