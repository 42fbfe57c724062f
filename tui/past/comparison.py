"""Two or more runs held against each other: what differs, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.errors import PerceptuiError
from engine.parts.metrics import HEADLINES, SPLITS, Metric, declared, headlines_named
from engine.runs.contents import EXPERIMENT
from engine.runs.run import Run
from engine.spec.toml_text import read_raw
from tui.language import tr
from tui.measured import shown
from tui.past.fields import ABSENT, Fields, Row, brief, differences, fields_of
from tui.past.run_names import age
from tui.renderables.numbers import count, duration, metric


@dataclass(frozen=True)
class Comparison:
    """Runs side by side; nothing of their data is needed for it."""

    runs: Sequence[Run]
    """The older first, where nobody has ordered them."""
    names: Sequence[str]
    """What each is of, when it was, and what it has otherwise than the first."""
    differences: list[Row]
    """Fields of their experiments that are not the same in all."""
    outcomes: list[Row]
    best: dict[str, list[int]]
    """Of each outcome that has one: which runs have the best value, where they differ."""
    curves: list[list[tuple[int, float | None]]]
    """The training loss over the epochs, for each run."""
    verdicts: list[Verdict]
    """One for each metric that stands for them; none where they measured nothing in common."""


class Verdict(NamedTuple):
    """Which of the runs is best, by what stands for their task."""

    name: str
    """The metric, as `test_accuracy`."""
    values: list[float | None]
    best: list[int]
    """The places of the best; all of them where they are alike."""


def compare(
    runs: Sequence[Run], *, is_ordered: bool = False, when: Callable[[Run], str] = age
) -> Comparison:
    """Read the runs' files and put them side by side, the older first unless they are ordered.

    when: each of them was, in their names.
    """
    runs = runs if is_ordered else sorted(runs, key=lambda run: run.name)
    outcomes, measured, headlines = _outcomes(runs)
    fields = [_fields(run) for run in runs]
    return Comparison(
        runs,
        [_name(run, when(run), fields[0], own) for run, own in zip(runs, fields, strict=True)],
        list(differences(fields)),
        outcomes,
        {_row(name): places for name, places in best(measured)},
        [run.losses() for run in runs],
        verdicts(measured, headlines),
    )


def _name(run: Run, when: str, first: Fields, own: Fields) -> str:
    name = ", ".join(part for part in (run.title(), when) if part)
    parts = brief(first, own)
    return f"{name}: {', '.join(parts)}" if parts else name


def _fields(run: Run) -> Fields:
    try:
        return fields_of(read_raw(run.path / EXPERIMENT))
    except PerceptuiError:
        return Fields()


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


def verdicts(
    measured: Sequence[Mapping[str, float | None]], headlines: Sequence[Metric] = HEADLINES
) -> list[Verdict]:
    """By each of the headlines that all have, else by the loss; of the split that tells most."""
    found = [one for one in (_verdict(measured, each.name) for each in headlines) if one]
    if found:
        return found
    by_loss = _verdict(measured, "loss")
    return [by_loss] if by_loss else []


def _verdict(measured: Sequence[Mapping[str, float | None]], metric: str) -> Verdict | None:
    for name in (f"{split}_{metric}" for split in reversed(SPLITS)):
        values = [one.get(name) for one in measured]
        if all(value is not None for value in values):
            found = dict(best(measured)).get(name, list(range(len(measured))))
            return Verdict(name, values, found)
    return None


def told(found: Verdict, names: Sequence[str]) -> str:
    """The verdict as a sentence of the figures alone: what they say of the runs is for a contest.

    names: of the runs.
    """
    metric = declared(found.name)
    assert metric is not None, "a verdict is of a metric"
    what = _row(found.name)
    figures = [shown(metric[1], value) for value in found.values]
    if len(found.best) == len(names):
        who = tr("Both") if len(names) == 2 else f"All {len(names)}"
        return tr(f"{who} come to the same {what}: {figures[0]}.")
    others = [figure for n, figure in enumerate(figures) if n not in found.best]
    tops = " and ".join(names[n] for n in found.best)
    word = "better" if len(names) == 2 else "best"
    verb = "has" if len(found.best) == 1 else "have"
    return tr(
        f"{tops} {verb} the {word} {what}: {figures[found.best[0]]} instead of {', '.join(others)}."
    )


def _row(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: float | None) -> str:
    known = declared(name)
    return metric(value) if known is None else shown(known[1], value)


def _outcomes(
    runs: Sequence[Run],
) -> tuple[list[Row], list[Mapping[str, float | None]], list[Metric]]:
    """What came out, as it is shown; each run's metrics by name; what stands for any of them."""
    headlines: dict[Metric, None] = {}
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
            if started.num_frozen:
                outcome["frozen"] = count(started.num_frozen)
            headlines |= dict.fromkeys(headlines_named(started.headlines))
        outcome |= {_row(name): _shown(name, value) for name, value in metrics.items()}
        measured.append(metrics)
        found.append(outcome)
    names = dict.fromkeys(name for one in found for name in one)
    rows = [(name, [one.get(name, ABSENT) for one in found]) for name in names]
    return rows, measured, list(headlines)
