"""Two or more runs held against each other: what differs, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import PerceptuiError
from engine.parts.component import literal
from engine.parts.layers.address import key
from engine.parts.metrics import declared
from engine.runs.contents import EXPERIMENT
from engine.runs.run import Run
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import PROSE
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.toml_text import read_raw
from tui.measured import shown
from tui.renderables.numbers import count, duration, metric

ABSENT = "-"
Row = tuple[str, list[str]]
"""A name, and what each run has there."""


@dataclass(frozen=True)
class Comparison:
    """Runs side by side; nothing of their data is needed for it."""

    runs: Sequence[Run]
    differences: list[Row]
    """Fields of their experiments that are not the same in all."""
    outcomes: list[Row]
    best: dict[str, list[int]]
    """Of each outcome that has one: which runs have the best value, where they differ."""
    curves: list[list[tuple[int, float | None]]]
    """The training loss over the epochs, for each run."""


def compare(runs: Sequence[Run]) -> Comparison:
    """Read the runs' files and put them side by side."""
    outcomes, measured = _outcomes(runs)
    return Comparison(
        runs,
        list(differences([_fields(run) for run in runs])),
        outcomes,
        {_row(name): places for name, places in best(measured)},
        [run.losses() for run in runs],
    )


def differences(fields: Sequence[dict[str, str]]) -> Iterator[Row]:
    """The fields that are not the same in all, in the order in which they first appear."""
    names = dict.fromkeys(name for one in fields for name in one)
    for name in names:
        values = [one.get(name, ABSENT) for one in fields]
        if len(set(values)) > 1:
            yield name, values


def _fields(run: Run) -> dict[str, str]:
    try:
        raw = read_raw(run.path / EXPERIMENT)
    except PerceptuiError:
        return {}
    return flat(raw)


def flat(raw: dict[str, object]) -> dict[str, str]:
    """An experiment's fields, each argument of a component and each layer on its own."""
    fields: dict[str, str] = {}
    for name, value in raw.items():
        if name in PROSE:
            continue  # what is said about an experiment does not change what it does
        if name == "layers" and isinstance(value, list):
            layers = layer_texts.walk(value)
            fields |= {key(address): layer_texts.brief(text) for address, text in layers}
        elif name in FAMILIES and isinstance(value, str):
            fields |= _call_fields(name, value)
        else:
            fields[name] = literal(value)
    return fields


def _call_fields(name: str, text: str) -> dict[str, str]:
    """`optimizer: SGD`, `optimizer.lr: 0.1`, and the arguments that have their default."""
    try:
        call = parse_call(text)
    except GrammarError:
        return {name: text}
    component = FAMILIES[name].members().get(call.name)
    if component is None:
        return {name: text}
    known = component.parameters()
    given = {**dict(zip(known, call.args, strict=False)), **call.kwargs}
    fields = {name: call.name}
    for argument, (_, declaration) in known.items():
        if argument in given or not declaration.required:
            fields[f"{name}.{argument}"] = literal(given.get(argument, declaration.default))
    return fields


def best(measured: Sequence[Mapping[str, float | None]]) -> Iterator[tuple[str, list[int]]]:
    """By name, where each metric's best value stands, as its declaration has it."""
    for name in dict.fromkeys(name for one in measured for name in one):
        known = declared(name)
        if known is None:
            continue
        values = [one.get(name) for one in measured]
        top: float | None = None
        for value in values:
            top = value if known[1].is_better(value, top) else top
        places = [place for place, value in enumerate(values) if value == top]
        if top is not None and len(places) < len(values):
            yield name, places


def _row(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: float | None) -> str:
    known = declared(name)
    return metric(value) if known is None else shown(known[1], value)


def _outcomes(runs: Sequence[Run]) -> tuple[list[Row], list[Mapping[str, float | None]]]:
    """What came out, as it is shown; and each run's metrics by name."""
    found: list[dict[str, str]] = []
    measured: list[Mapping[str, float | None]] = []
    for run in runs:
        record = run.record()
        finished, newest, started = record.finished, record.newest_epoch, record.started
        outcome: dict[str, str] = {}
        if finished is not None:
            outcome["ended"] = finished.reason
            outcome["epochs"] = count(finished.epochs)
            outcome["time"] = duration(finished.elapsed_s)
            metrics = finished.metrics
        elif newest is not None:
            outcome["epochs"] = count(newest.epoch)
            outcome["time"] = duration(newest.elapsed_s)
            metrics = newest.metrics
        else:
            metrics = {}
        if started is not None:
            outcome["parameters"] = count(started.num_parameters)
        outcome |= {_row(name): _shown(name, value) for name, value in metrics.items()}
        measured.append(metrics)
        found.append(outcome)
    names = dict.fromkeys(name for one in found for name in one)
    return [(name, [one.get(name, ABSENT) for one in found]) for name in names], measured
