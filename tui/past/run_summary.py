"""Runs in one line each, read again only where their files changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from engine.errors import UsageError
from engine.runs.events import EpochFinished, Metric, RunFinished
from engine.runs.lease import LEASE
from engine.runs.reader import Run, all_runs
from engine.runs.state import state_of
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.table import Column, table

MOST_BYTES = 4_000_000
"""A larger record is not read through only for its newest epoch."""

UNFINISHED = ("stopped", "interrupted", "crashed", "failed")
"""States from which a run can be continued."""


@dataclass(frozen=True)
class RunSummary:
    """A run as lists show it."""

    run: Run
    state: str
    is_live: bool
    live_here: bool
    epochs: int
    loss: Metric
    accuracy: Metric
    """Of the test split, else of the training split; None for a regression."""

    @property
    def can_continue(self) -> bool:
        """Whether it ended before its last epoch."""
        return not self.is_live and self.state.startswith((*UNFINISHED, "lost"))


class RunSummaries:
    """The runs of a directory; remembers what it read."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir
        self._known: dict[Path, tuple[int, int, dict[str, Metric]]] = {}

    def newest_first(self, limit: int | None = None) -> list[RunSummary]:
        """Live ones, then the others, each by date; raises UsageError.

        limit: read no more than the newest of those that are not live.
        """
        found = all_runs(self._runs_dir)[::-1]
        live = [run for run in found if (run.path / LEASE).exists()]
        if limit is not None:
            held = {run.path for run in live}
            found = [*live, *[run for run in found if run.path not in held][:limit]]
        summaries = [summary for run in found if (summary := self._summary(run)) is not None]
        return sorted(summaries, key=lambda summary: not summary.is_live)

    def _summary(self, run: Run) -> RunSummary | None:
        try:
            state = state_of(run)
            epochs, metrics = self._newest(run)
        except OSError:
            return None  # deleted while it was being read
        return RunSummary(
            run,
            state.text,
            state.is_live,
            state.live_here,
            epochs,
            metrics.get("train_loss"),
            metrics.get("test_accuracy", metrics.get("train_accuracy")),
        )

    def _newest(self, run: Run) -> tuple[int, dict[str, Metric]]:
        """The epochs done and the newest metrics."""
        size = run.record_size()
        known = self._known.get(run.path)
        if known is not None and known[0] == size:
            return known[1], known[2]
        event = run.newest_event()
        if not isinstance(event, RunFinished | EpochFinished) and size <= MOST_BYTES:
            record = run.record()
            event = record.finished or record.newest_epoch
        match event:
            case RunFinished():
                found = event.epochs, event.metrics
            case EpochFinished():
                found = event.epoch, event.metrics()
            case _:
                found = (known[1], known[2]) if known else (0, {})
        self._known[run.path] = (size, *found)
        return found


def summary_lines(
    summaries: list[RunSummary], marked: set[Path], width: int, look: Look
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
            Text(one.state, "bold") if one.is_live else one.state,
            f"{one.epochs:,}",
            metric(one.loss),
            "" if one.accuracy is None else fraction(one.accuracy),
        )
        for one in summaries
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
