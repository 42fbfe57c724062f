"""Two or more runs held against each other: what differs, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import PerceptuiError
from engine.parts.component import literal
from engine.runs.contents import EXPERIMENT
from engine.runs.reader import Run
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import PROSE
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.toml_text import read_raw
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
    curves: list[list[tuple[int, float | None]]]
    """The training loss over the epochs, for each run."""


def compare(runs: Sequence[Run]) -> Comparison:
    """Read the runs' files and put them side by side."""
    return Comparison(
        runs,
        list(differences([_fields(run) for run in runs])),
        _outcomes(runs),
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
            fields |= {f"layers.{place}": str(layer) for place, layer in enumerate(value)}
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
    declared = component.parameters()
    given = {**dict(zip(declared, call.args, strict=False)), **call.kwargs}
    fields = {name: call.name}
    for argument, (_, declaration) in declared.items():
        if argument in given or not declaration.required:
            fields[f"{name}.{argument}"] = literal(given.get(argument, declaration.default))
    return fields


def _outcomes(runs: Sequence[Run]) -> list[Row]:
    found: list[dict[str, str]] = []
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
            metrics = newest.metrics()
        else:
            metrics = {}
        if started is not None:
            outcome["parameters"] = count(started.num_parameters)
        outcome |= {name.replace("_", " "): metric(value) for name, value in metrics.items()}
        found.append(outcome)
    names = dict.fromkeys(name for one in found for name in one)
    return [(name, [one.get(name, ABSENT) for one in found]) for name in names]
