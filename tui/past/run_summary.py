"""Runs in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from engine.parts.metrics import METRICS, Metric, headlines_named
from engine.runs.known_runs import ListedRun
from engine.runs.run import Run
from tui.language import tr
from tui.measured import shown, shown_title
from tui.past.run_names import age
from tui.renderables.look import Look
from tui.renderables.numbers import metric as figure
from tui.renderables.table import Column, Sheet

NAMED = 3
"""So many of the runs to delete are named."""


def summary_sheet(listed: Sequence[ListedRun], look: Look) -> Sheet:
    """A row for each run: what it is of, and when it was, instead of its directory's name."""
    now = datetime.now()
    scores = measured_anywhere(listed)
    _, *others = summary_columns(scores, look)
    columns = (Column("Run", least=10), *others, Column("When", right=True))
    rows = (
        (tr(one.outcome.title), *summary_row(one, scores)[1:], age(one.run, now)) for one in listed
    )
    return Sheet(columns, rows, look)


def measured_anywhere(listed: Sequence[ListedRun]) -> list[Metric]:
    """The headlines of the runs, of which at least one has a figure."""
    named = {one for run in listed for one in headlines_named(run.outcome.headlines)}
    return [
        one
        for one in METRICS.values()
        if one in named and any(run.score(one.name) is not None for run in listed)
    ]


def summary_columns(scores: Sequence[Metric], look: Look) -> tuple[Column, ...]:
    """What a list says of runs; scores: the metrics beside the loss."""
    named = [
        Column(shown_title(one, look), right=True, drop=drop) for drop, one in enumerate(scores, 1)
    ]
    return (
        Column("Run", least=12, keep_end=True),
        Column("State", least=8),
        Column("Epochs", right=True, drop=len(named) + 2),
        Column("Loss", right=True, drop=len(named) + 1),
        *named,
    )


def summary_row(one: ListedRun, scores: Sequence[Metric]) -> tuple[str | Text, ...]:
    """The cells of a run."""
    found = [(metric, one.score(metric.name)) for metric in scores]
    return (
        one.run.name,
        Text(tr(one.state.told), "bold") if one.state.is_live else tr(one.state.told),
        f"{one.outcome.epochs:,}",
        figure(one.loss),
        *("" if value is None else shown(metric, value) for metric, value in found),
    )


def deletion_question(chosen: Sequence[Run]) -> str:
    """What to ask before runs are deleted."""
    if len(chosen) == 1:
        return tr(f"Delete {chosen[0].name} with its weights and record? This can't be undone.")
    names = ", ".join(run.name for run in chosen[:NAMED])
    more = tr(f" and {len(chosen) - NAMED:,} more") if len(chosen) > NAMED else ""
    return tr(
        f"Delete {len(chosen):,} runs ({names}{more}) with their weights and records? "
        "This can't be undone."
    )
