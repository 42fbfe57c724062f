"""Where an experiment and its data don't fit: what could be done, each tried before it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.doctor.corrections import Corrected, corrected
from engine.doctor.examination import examine, repaired
from engine.doctor.misfit_steps import Layers, Values, loss_for, num_outputs, settled, steps
from engine.errors import DataUnavailable, Problem
from engine.parts.data import Data, Facts
from engine.parts.layers.activation import ReLU, SiLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.normalization import LayerNorm
from engine.parts.layers.pooling import MaxPool2d
from engine.parts.layers.recurrent import GRU
from engine.parts.layers.residual import Residual
from engine.parts.layers.sequence import (
    Embedding,
    MeanPool,
    PositionalEmbedding,
    SelfAttention,
)
from engine.parts.objectives import Objective
from engine.parts.objectives.autoencode import Autoencode
from engine.parts.objectives.flow import Flow
from engine.parts.objectives.next_token import NextToken
from engine.parts.objectives.supervised import Supervised
from engine.parts.schedules import CosineAnnealingLR
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, understood
from engine.spec.validator import check

MOST_WAYS = 6
_MOST_CHANGES = 4
_MOST_TRIED = 600
_WIDEST = 32
_CODE = 2
_MAKING_BATCH, _MAKING_STEPS = 256, 2000
"""Of a training that learns to make points."""
_TEXT_BATCH = 64
_LEAST_TO_SPLIT = 50
"""Samples from which on some are held back."""
_LEAST_PICTURE = 12
"""Pixels along a side from which two convolutions leave something."""


@dataclass(frozen=True)
class Way:
    """One way out."""

    changes: tuple[str, ...]
    """What is done, in a few words each."""
    experiment: Experiment
    """What it leads to; it is valid."""

    @property
    def text(self) -> str:
        """What is done, as one line."""
        return "; ".join(self.changes)


def ways_out(raw: Mapping[str, object], folder: Path | None = None) -> list[Way]:
    """What makes an experiment valid, the soundest and smallest first; a new network comes last.

    Nothing where it is valid already, where a field is no value and nothing is known that it may
    have meant, or where the data can't be read.
    """
    return ways_from(corrected(raw, folder))


def ways_from(mended: Corrected) -> list[Way]:
    """The ways out of an experiment whose words are mended already, as far as they are."""
    values, done = mended.values, tuple(mended.texts.values())
    if values is None:
        return []
    try:
        facts = values["data"].facts()
    except DataUnavailable:
        step = settled(values)
        if step is None:
            return []
        done, values = (*done, step[0]), step[1]
        facts = values["data"].facts()
    if facts is None or (not done and not problems_of(values)):
        return []
    asked = values["objective"]
    if asked.network(()):  # whose own layers are made for other data
        asked = Autoencode()
    if asked.refusal(facts):
        asked = objective_for(facts)
    known = asked.facts(facts)
    facts = values["objective"].facts(facts)
    found = _searched(values, facts, done)
    anew = {**values, "layers": made_for(known), "loss": loss_for(known), "objective": asked}
    text = f"a new network for this data: {', '.join(map(str, anew['layers']))}"
    if asked is not values["objective"]:
        text += f", objective = {str(asked)!r}"
    if done and found:
        return found  # a slip of the pen is no reason for another network
    found += [way for way in _searched(anew, facts, (*done, text)) if _is_new(way, found)][:1]
    return found


def fitted_to_data(raw: Mapping[str, object], call: str, folder: Path | None = None) -> Way | None:
    """An experiment with other data, and what else was changed for it; None where nothing fits."""
    other = {**raw, "data": call}
    values = understood(other, folder)
    if values is None:
        return None
    if not problems_of(values):
        return Way((), Experiment(**values))
    ways = ways_out(other, folder)
    return ways[0] if ways else None


def begun_with(call: str) -> Experiment:
    """A small experiment with some data; raises BadExperiment for a call that is none."""
    raw: dict[str, object] = {"data": call, "layers": ["Linear(1)"], "loss": "MSELoss()"}
    raw |= {"optimizer": "Adam(lr=0.01)", "epochs": 50, "batch_size": 32}
    values = understood(raw, Path())
    if values is None:
        from_raw(raw)  # says what is wrong
    assert values is not None, "from_raw raises for what is not understood"
    data: Data = values["data"]
    facts = data.known_facts()
    values["objective"] = objective_for(facts)
    facts = values["objective"].facts(facts)
    values |= {"layers": made_for(facts), "loss": loss_for(facts), "title": data.name}
    if facts.made:
        steps = max(1, -(-facts.num_samples // _MAKING_BATCH))
        values |= {"batch_size": _MAKING_BATCH, "epochs": -(-_MAKING_STEPS // steps)}
        values |= {"schedule": CosineAnnealingLR(), "report_every": -(-values["epochs"] // 20)}
    elif facts.positions:
        values["batch_size"] = _TEXT_BATCH
    if not facts.own_sizes and facts.num_samples >= _LEAST_TO_SPLIT:
        values["test_fraction"] = 0.2
    return repaired(Experiment(**values))


def objective_for(facts: Facts) -> Objective:
    """What can be asked of data."""
    if facts.has_targets:
        return Supervised()
    return NextToken() if facts.tokens else Flow()


def made_for(facts: Facts) -> Layers:
    """A small network for data of a kind: convolutions for pictures, a state for sequences, else
    one hidden layer, and three of smooth units where points are to be made."""
    outputs = num_outputs(facts, loss_for(facts))
    if facts.made:
        return (*(one for _ in range(3) for one in (Linear(64), SiLU())), Linear(outputs))
    if facts.returned:
        flat = (Flatten(),) if len(facts.shape) > 1 else ()
        wide = Linear(_WIDEST), ReLU()
        return (*flat, *wide, Linear(_CODE), *wide, Linear(outputs))
    if facts.num_tokens:
        return _of_tokens(facts, outputs)
    if len(facts.shape) == 3 and min(facts.shape[1:]) >= _LEAST_PICTURE:
        seeing = (Conv2d(8, 5, stride=2), ReLU(), Conv2d(16, 3), ReLU(), MaxPool2d(2))
        return (*seeing, Flatten(), Linear(outputs))
    flat = (Flatten(),) if len(facts.shape) > 1 else ()
    return (*flat, Linear(_WIDEST), ReLU(), Linear(outputs))


def _of_tokens(facts: Facts, outputs: int) -> Layers:
    """What reads symbols: with a state where the next one is asked for, else looking around."""
    first, last = Embedding(facts.num_tokens, _WIDEST), Linear(outputs)
    if facts.positions and facts.objective:
        return first, GRU(2 * _WIDEST), last
    if facts.positions:
        looks = Residual((LayerNorm(), SelfAttention(4)))
        thinks = Residual((LayerNorm(), Linear(2 * _WIDEST), ReLU(), Linear(_WIDEST)))
        return first, PositionalEmbedding(), looks, thinks, LayerNorm(), last
    if facts.tokens:
        return of_texts(facts, outputs)
    return first, Flatten(), Linear(2 * _WIDEST), ReLU(), last


def of_texts(facts: Facts, outputs: int) -> Layers:
    """What tells texts apart: by letters in their order, or by which words there are."""
    first = Embedding(facts.num_tokens, _WIDEST // 2)
    if max(map(len, facts.tokens)) == 1:
        return first, GRU(_WIDEST, steps="last"), Linear(outputs)
    return first, MeanPool(), Linear(outputs)


def _searched(values: Values, facts: Facts, done: tuple[str, ...] = ()) -> list[Way]:
    """The ways that take the fewest changes, breadth first."""
    found: list[Way] = []
    waiting: list[tuple[tuple[str, ...], Values]] = [(done, values)]
    seen = {_key(values)}
    tried = 0
    while waiting and tried < _MOST_TRIED and len(found) < MOST_WAYS - 1:
        texts, tried_values = waiting.pop(0)
        tried += 1
        problems = problems_of(tried_values)
        if not problems:
            way = Way(texts, Experiment(**tried_values))
            found += [way] if _is_new(way, found) else []
            continue
        if len(texts) - len(done) >= _MOST_CHANGES:
            continue
        for text, other in steps(tried_values, problems[0], _facts(tried_values, facts)):
            if _key(other) not in seen:
                seen.add(_key(other))
                waiting.append(((*texts, text), other))
    return sorted(found, key=lambda way: (_unsoundness(way, facts), len(way.changes)))


def _facts(values: Values, before: Facts) -> Facts:
    """Of the data as it is taken now; those from before where it can't be read so."""
    data: Data = values["data"]
    objective: Objective = values["objective"]
    try:
        found = data.facts()
        return before if found is None else objective.facts(found)
    except DataUnavailable:
        return before


def _unsoundness(way: Way, facts: Facts) -> int:
    """How much there would be to say against where a way leads to."""
    facts = _facts(way.experiment.values(), facts)
    complaints = sum(finding.severity != "info" for finding in examine(way.experiment))
    one_class_each = len(facts.classes) > 2 and not way.experiment.loss.class_targets
    return complaints + one_class_each


def _key(values: Values) -> str:
    return repr(sorted((name, str(value)) for name, value in values.items()))


def _is_new(way: Way, found: list[Way]) -> bool:
    return all(one.experiment != way.experiment for one in found)


def problems_of(values: Values) -> list[Problem]:
    """What fields that are values have against each other."""
    problems: list[Problem] = []
    try:
        check(values, problems)
    except DataUnavailable as error:
        problems.append(Problem("data", str(error), error.code))
    return problems
