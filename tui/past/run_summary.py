"""Runs in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from engine.runs.known_runs import ListedRun
from engine.runs.reader import Run
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.table import Column, Sheet

NAMED = 3
"""So many of the runs to delete are named."""


def summary_sheet(listed: Iterable[ListedRun], look: Look) -> Sheet:
    """A row for each run."""
    columns = (
        Column("Run", least=12),
        Column("State", least=8),
        Column("Epochs", right=True, drop=3),
        Column("Loss", right=True, drop=2),
        Column("Accuracy", right=True, drop=1),
    )
    rows = (
        (
            one.run.name,
            Text(one.state.told, "bold") if one.state.is_live else one.state.told,
            f"{one.outcome.epochs:,}",
            metric(one.loss),
            "" if one.accuracy is None else fraction(one.accuracy),
        )
        for one in listed
    )
    return Sheet(columns, rows, look)


def deletion_question(chosen: Sequence[Run]) -> str:
    """What to ask before runs are deleted."""
    if len(chosen) == 1:
        return f"Delete {chosen[0].name} with its weights and record? This can't be undone."
    names = ", ".join(run.name for run in chosen[:NAMED])
    more = f" and {len(chosen) - NAMED:,} more" if len(chosen) > NAMED else ""
    return (
        f"Delete {len(chosen):,} runs ({names}{more}) with their weights and records? "
        "This can't be undone."
    )
