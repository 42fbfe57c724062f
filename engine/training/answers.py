"""What a network says of new samples: classes with probabilities, or numbers in their own unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import UsageError
from engine.parts.data import Facts
from engine.parts.data.sheet.samples import Given
from engine.runs.events import Prediction
from engine.training.bounds import interval
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator


@dataclass(frozen=True)
class Answers:
    """Of so many samples; on the CPU."""

    outputs: Tensor
    """(samples, outputs) float32: the network's, of a regression in the unit of the data."""
    classes: Tensor | None
    """(samples,) int64; None for a regression."""
    probabilities: Tensor | None
    """(samples, classes); None for a regression."""
    low: Tensor | None = None
    high: Tensor | None = None
    """(samples, outputs), from where to where nine of ten lie; None where that was not measured."""


def check_answers(facts: Facts, ask: str = "predict") -> None:
    """Raise UsageError for a network that answers nothing which is right or wrong.

    ask: whether it is to `predict` new samples, or to be judged.
    """
    if facts.returned:
        if ask == "predict" and len(facts.returned) == 1:
            return
        raise UsageError(
            "this network gives back what it is given, it answers nothing that is right or wrong: "
            "its report shows what came in beside what was given back, and how close that is"
        )
    if facts.made:
        raise UsageError(
            "this network makes samples, it answers nothing that is right or wrong: `perceptui "
            "draw` shows what it makes, its report how far that is from the data"
        )


def answers(
    evaluator: Evaluator, input_map: InputMap, raw: Tensor, bounds: Tensor | None = None
) -> Answers:
    """What the network says of raw samples, (samples, values) laid out flat.

    bounds: of its errors, where they are known.
    """
    facts = evaluator.facts
    check_answers(facts)
    if input_map.pixels is not None or facts.is_sequence:
        raw = raw.view(-1, *facts.shape)
    if facts.num_tokens:
        raw = _tokens(raw, facts.num_tokens)
    outputs = evaluator.outputs(input_map.stored(raw)).cpu()
    if facts.positions and facts.objective:
        outputs = outputs[:, -1]  # of a text: what comes after all of it
    decoder = evaluator.decoder
    if facts.task != "classification":
        numbers = decoder.numbers(outputs)
        if bounds is None:
            return Answers(numbers, None, None)
        logarithmic = decoder.target_map.logarithmic
        return Answers(numbers, None, None, *interval(numbers, bounds, logarithmic=logarithmic))
    return Answers(outputs, decoder.predicted_classes(outputs), decoder.probabilities(outputs))


def _tokens(raw: Tensor, count: int) -> Tensor:
    """Numbers as tokens; raises UsageError for one that is none."""
    tokens = raw.long()
    wrong = raw[(tokens != raw) | (tokens < 0) | (tokens >= count)]
    if len(wrong):
        raise UsageError(
            f"{wrong[0].item():g} is not known here: what comes in is one of 0 to {count - 1}"
        )
    return tokens


def predictions(
    evaluator: Evaluator,
    input_map: InputMap,
    rows: Sequence[Sequence[float]],
    given: Sequence[Sequence[Given]],
    bounds: Tensor | None = None,
) -> list[Prediction]:
    """What the network says of raw samples, each laid out flat; given: as they were written."""
    if not given:
        return []
    found = answers(evaluator, input_map, torch.tensor(rows, dtype=torch.float32), bounds)
    outputs = found.outputs.tolist()
    if found.classes is None or found.probabilities is None:
        nothing: list[list[float]] = [[]] * len(outputs)
        low = nothing if found.low is None else found.low.tolist()
        high = nothing if found.high is None else found.high.tolist()
        return [
            Prediction(
                values=[*v],
                predicted=", ".join(f"{o:.6g}" for o in row),
                outputs=row,
                low=least,
                high=most,
            )
            for v, row, least, most in zip(given, outputs, low, high, strict=True)
        ]
    names = evaluator.facts.classes
    told = zip(given, outputs, found.classes.tolist(), found.probabilities.tolist(), strict=True)
    return [
        Prediction(values=[*v], predicted=names[c], outputs=o, probabilities=p)
        for v, o, c, p in told
    ]
