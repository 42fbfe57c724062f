"""Reads an experiment from plain values, a TOML text or a file; reports every mistake at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import BadExperiment, DataUnavailable, Problem
from engine.limits import LAYERS, PREDICT, TOML_FILE, Limit
from engine.parts.data import Data, Facts
from engine.parts.kinds import convert, shown, writable
from engine.parts.layers import Layer
from engine.parts.layers.address import place
from engine.spec.call import Call, num_calls
from engine.spec.catalogue import FAMILIES, make, text_expected
from engine.spec.chain import links
from engine.spec.experiment import Experiment
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.nearest import nearest
from engine.spec.stated_sizes import check_sizes, stated_sizes
from engine.spec.toml_text import read_raw
from engine.spec.torch_code import spread
from engine.spec.validator import check

Raw = Mapping[str, object]
"""An experiment as TOML has it: components are calls in quotes."""
OF_OTHERS = ("sweep",)
"""Tables of an experiment's file that say nothing of it, and that others read."""


def read_file(path: Path, limit: Limit = TOML_FILE, facts: Facts | None = None) -> Experiment:
    """Read and check an experiment's file; its paths are taken relative to it.

    facts: of its data, where they are known, as `from_raw` takes them.
    Raises UsageError or BadExperiment naming the file, the key and what is accepted.
    """
    return from_raw(read_raw(path, limit), str(path), path.parent, facts)


def from_raw(
    raw: Raw, source: str = "", folder: Path | None = None, facts: Facts | None = None
) -> Experiment:
    """Check plain values and make the experiment of them.

    source: what error messages begin with. folder: where relative paths start. facts: of the data
    that a run had, whatever has become of it; None: as the data is now.
    Raises BadExperiment with all problems, DataUnavailable for a data file.
    """
    problems: list[Problem] = []
    raw = _spread(raw, problems)
    values = _values(raw, problems, folder, facts)
    try:
        check(values, problems, facts)
    except DataUnavailable as error:
        if not problems:
            message = f"{source}: {error}" if source else str(error)
            raise DataUnavailable(message, error.code) from error
        problems.append(Problem("data", str(error), error.code))
    if problems:
        raise BadExperiment(problems, source)
    return Experiment(**values)


def understood(raw: Raw, folder: Path | None = None) -> dict[str, Any] | None:
    """Every field by itself, whether they fit each other or not; None where one is no value."""
    values, problems = read(raw, folder)
    return None if problems else values


def read(raw: Raw, folder: Path | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """The fields that are values, whether they fit each other or not, and why others are none."""
    problems: list[Problem] = []
    return _values(_spread(raw, problems), problems, folder), problems


def _spread(raw: Raw, problems: list[Problem]) -> Raw:
    """The values with PyTorch's programs among the layers taken apart, as far as that goes."""
    try:
        return spread(raw)
    except GrammarError as error:
        problems.append(Problem("layers", str(error), "not-a-call"))
        return {**raw, "layers": []}


def _values(
    raw: Raw, problems: list[Problem], folder: Path | None, facts: Facts | None = None
) -> dict[str, Any]:
    """The fields that could be understood, with the defaults of those that are left out."""
    declared = Experiment.parameters()
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in OF_OTHERS:
            continue
        if key in declared:
            before = len(problems)
            converted = _field(key, value, problems)
            if len(problems) == before:
                values[key] = converted
        else:
            hint = nearest(key, declared) or ": docs/reference/fields.md lists the keys"
            place = key if key.isprintable() else ascii(key)
            problems.append(Problem(place, f"unknown key{hint}", "unknown-key"))
    for key, (_, declaration) in declared.items():
        if key not in raw:
            if declaration.required:
                problems.append(Problem(key, f"missing: {declaration.help}", "missing-key"))
            else:
                values[key] = declaration.default
    if folder is not None and isinstance(data := values.get("data"), Data):
        values["data"] = data.at(folder.absolute())
    _check_sizes(raw, values, facts, problems)
    return values


def _check_sizes(
    raw: Raw, values: dict[str, Any], facts: Facts | None, problems: list[Problem]
) -> None:
    """Add what PyTorch's spelling says of what comes in and is not so."""
    stated, data = stated_sizes(raw.get("layers")), values.get("data")
    layers = values.get("layers", ())
    if not stated or data is None or None in layers:
        return
    try:
        known = facts or data.facts()
    except DataUnavailable:
        return  # told where the experiment is checked
    if known is not None:
        check_sizes(stated, links(layers, known.shape, []), problems)


def _field(key: str, value: object, problems: list[Problem]) -> Any:
    if key == "layers":
        return _layers(value, problems)
    if key in FAMILIES:
        return _component(key, value, problems)
    if key == "predict" and isinstance(value, list | tuple) and len(value) > PREDICT.most:
        problems.append(Problem(key, f"there are {PREDICT.refusal(len(value))}", "too-many"))
        return None
    if key == "measured":
        return _measured(value, problems)
    try:
        return convert(value, *Experiment.parameters()[key])
    except ValueError as error:
        problems.append(Problem(key, str(error), "wrong-value"))
        return None


def _component(field: str, value: object, problems: list[Problem]) -> Any:
    call = _call(value, field, problems)
    return None if call is None else make(FAMILIES[field], call, field, problems)


def _call(value: object, where: str, problems: list[Problem]) -> Call | None:
    if not isinstance(value, str):
        problems.append(text_expected(value, where))
        return None
    try:
        return parse_call(value)
    except GrammarError as error:
        problems.append(Problem(where, str(error), "not-a-call"))
        return None


def _layers(value: object, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        message = f'{shown(value)} is not a list of calls, like ["Linear(4)", "ReLU()"]'
        problems.append(Problem("layers", message, "not-a-list"))
        return ()
    if len(value) > LAYERS.most:
        problems.append(Problem("layers", f"there are {LAYERS.refusal(len(value))}", "too-many"))
        return ()
    layers: list[Layer | None] = []
    count = 0
    for index, item in enumerate(value):
        where = place((index,))
        call = _call(item, where, problems)
        count += num_calls(call)
        if call is not None and count <= LAYERS.most:
            layers.append(make(Layer, call, where, problems))
    if count > LAYERS.most:
        problems.append(Problem("layers", f"there are {LAYERS.refusal(count)}", "too-many"))
    return tuple(layers)


def _measured(value: object, problems: list[Problem]) -> dict[str, tuple[float, float]] | None:
    if isinstance(value, Mapping):
        numbers = {k: v for k, v in value.items() if writable(str(k)) and _is_range(v)}
        if len(numbers) == len(value):
            return {name: (float(low), float(high)) for name, (low, high) in numbers.items()}
    message = f"{shown(value)} is not a table of metric = [lowest, highest]"
    problems.append(Problem("measured", message, "wrong-value"))
    return None


def _is_range(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(type(number) in (int, float) for number in value)
        and -sys.float_info.max <= value[0] <= value[1] <= sys.float_info.max
    )
