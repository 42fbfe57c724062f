"""Runs in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from engine.errors import UsageError
from engine.runs.known_runs import ListedRun
from engine.runs.reader import Run
from engine.runs.state import state_of
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.table import Column, table


def summary_lines(
    listed: Sequence[ListedRun], marked: set[Path], width: int, look: Look
) -> list[Text]:
    """A heading, a rule, and one line for each run, marked ones with a sign."""
    columns = (
        Column(" ", drop=0),
        Column("Run", least=12),
        Column("State", least=8),
        Column("Epochs", right=True, drop=3),
        Column("Loss", right=True, drop=2),
        Column("Accuracy", right=True, drop=1),
    )
    body = [
        (
            look.pick("●", "*") if one.run.path in marked else " ",
            one.run.name,
            Text(one.state.text, "bold") if one.state.is_live else one.state.told,
            f"{one.outcome.epochs:,}",
            metric(one.loss),
            "" if one.accuracy is None else fraction(one.accuracy),
        )
        for one in listed
    ]
    return table(columns, body, width, look)


def delete(run: Run) -> None:
    """Remove a run's directory; raises UsageError for a live one or where that can't be done."""
    import shutil

    state = state_of(run)
    if state.is_live:
        raise UsageError(f"{run.name} is {state.text}: stop it first, then delete it")
    try:
        shutil.rmtree(run.path)
    except OSError as error:
        raise UsageError(f"{run.path}: can't be deleted ({error.strerror or error})") from error
