"""What a field that is no value was meant to say: names, arguments and values, each tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.doctor.call_corrections import call_corrections, read_as_call
from engine.doctor.misfit_steps import loss_for
from engine.doctor.value_corrections import value_corrections
from engine.doctor.vocabulary import FIELDS
from engine.errors import DataUnavailable, Problem
from engine.parts.component import literal
from engine.parts.data import Data
from engine.parts.layers.address import Address
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read
from engine.spec.grammar import GrammarError, parse_call, split_calls
from engine.spec.nearest import nearest_word
from engine.spec.overrides import set_value

MOST = 60
"""Corrections that are made one after the other."""
_COMPONENT = re.compile(r"(data|loss|optimizer|schedule|layers((?:\[\d+\])+))(?:\.(\w+))?")

Raw = Mapping[str, object]
Step = tuple[str, Raw]
"""What is done, in a few words, and what the values are then."""


@dataclass(frozen=True)
class Corrected:
    """The values of an experiment once the mistakes in its words are mended."""

    raw: Raw
    values: dict[str, Any] | None
    """Every field as the value that it is; None where one is no value still."""
    texts: Mapping[Problem, str]
    """What was done about each mistake, in order."""


def corrected(raw: Raw, folder: Path | None = None) -> Corrected:
    """The values with every mistake mended that something helps against.

    Whatever helps is taken, whether the fields fit each other then or not.
    """
    texts: dict[Problem, str] = {}
    hopeless: set[Problem] = set()
    for _ in range(MOST):
        values, problems = read(raw, folder)
        if not problems:
            return Corrected(raw, values, texts)
        problem = next((one for one in problems if one not in hopeless), None)
        if problem is None:
            break
        step = _tried(raw, problem, problems, folder)
        if step is None:
            hopeless.add(problem)
        else:
            texts[problem], raw = step
    return Corrected(raw, None, texts)


def _tried(
    raw: Raw, problem: Problem, problems: Sequence[Problem], folder: Path | None
) -> Step | None:
    """The first correction that leaves fewer mistakes, or at least not this one."""
    known = set(problems)
    second: Step | None = None
    for text, other in _corrections(raw, problem, folder):
        left = set(read(other, folder)[1])
        if left < known:
            return text, other
        if problem not in left and len(left) <= len(known) and second is None:
            second = text, other
    return second


def _corrections(raw: Raw, problem: Problem, folder: Path | None) -> Iterator[Step]:
    """What might be meant, the likeliest first."""
    found = _COMPONENT.fullmatch(problem.place)
    if problem.code in ("unknown-key", "missing-key"):
        yield from _keys(raw, problem, folder)
    elif problem.code == "not-a-list" and isinstance(text := raw.get(problem.place), str):
        inside = text.strip().removeprefix("[").removesuffix("]")
        calls = [piece.strip("\"'") for piece in split_calls(inside)]
        yield f"write {problem.place} = {literal(calls)}", {**raw, problem.place: calls}
    elif problem.place in Experiment.parameters() and problem.place not in FAMILIES:
        yield from _field(raw, problem.place)
    elif found is not None:
        yield from _component(raw, found, problem.code)


def _keys(raw: Raw, problem: Problem, folder: Path | None) -> Iterator[Step]:
    key, declared = problem.place, Experiment.parameters()
    if problem.code == "missing-key":
        if value := _usual(key, read(raw, folder)[0].get("data")):
            yield f"add {key} = {literal(value)}", {**raw, key: value}
        return
    others = {name: value for name, value in raw.items() if name != key}
    if key not in raw:
        return
    word = FIELDS.get(key.lower(), "") or nearest_word(key, declared)
    field, _, argument = word.partition(".")
    if argument and isinstance(raw.get(field), str) and isinstance(raw[key], int | float):
        yield f"write {word} in place of {key}", set_value(others, f"{word}={raw[key]}")
    elif word in declared and word not in raw:
        yield f"write {word} in place of {key}", _renamed(raw, key, word)
    yield f"leave {key} out", others


def _usual(key: str, data: object) -> object:
    """What stands for what is missing; a network that is too narrow is widened then."""
    try:
        facts = data.facts() if isinstance(data, Data) else None
    except DataUnavailable:
        facts = None
    loss = "MSELoss()" if facts is None else str(loss_for(facts))
    return {"loss": loss, "optimizer": "Adam()", "layers": ["Linear(1)"]}.get(key)


def _renamed(raw: Raw, key: str, word: str) -> Raw:
    """The same in the same order, one key with another name."""
    return {word if name == key else name: value for name, value in raw.items()}


def _field(raw: Raw, key: str) -> Iterator[Step]:
    kind, declaration = Experiment.parameters()[key]
    for value in value_corrections(raw.get(key), kind, declaration):
        yield f"write {key} = {_toml(value)}", {**raw, key: value}
    if not declaration.required:
        yield f"leave {key} out", {name: value for name, value in raw.items() if name != key}


def _toml(value: object) -> str:
    return literal(value).lower() if isinstance(value, bool) else literal(value)


def _component(raw: Raw, found: re.Match[str], code: str) -> Iterator[Step]:
    """What a component's text may have been meant to be."""
    field, indices, argument = found.groups()
    address = tuple(map(int, re.findall(r"\d+", indices))) if indices else ()
    name = "layers" if address else field
    layers = raw.get("layers")
    listed: Sequence[object] = layers if isinstance(layers, list | tuple) else []
    try:
        given = layer_texts.at(listed, address) if address else raw.get(field)
    except layer_texts.NoLayer:
        return
    text = str(given)
    try:
        call = parse_call(text)
    except GrammarError:
        if isinstance(given, str) and (better := read_as_call(text)):
            yield f"write {better}", _put(raw, name, address, better)
        return
    if isinstance(given, str):
        for said, other, behind in call_corrections(FAMILIES[name], call, code, argument or ""):
            yield said, _put(raw, name, address, repr(other), *behind)


def _put(raw: Raw, field: str, address: Address, text: str, *behind: str) -> Raw:
    """The values with another text for a component, and layers behind it."""
    if not address:
        return {**raw, field: text}
    layers = raw["layers"]
    assert isinstance(layers, list | tuple), "a layer was found there"
    return {**raw, "layers": layer_texts.spliced(layers, address, 1, text, *behind)}
