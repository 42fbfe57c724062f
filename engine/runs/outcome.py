"""What became of a run, as far as its record says."""

from __future__ import annotations

import msgspec

from engine.runs.events import EpochFinished, Figure, RunFinished, RunStarted
from engine.runs.record_file import UnreadableRecord
from engine.runs.run import Run

MOST_BYTES = 4_000_000
"""So much of a record's end is looked through for an epoch, at most."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a record, which is all that a list of runs shows."""

    title: str
    """The experiment's, or the run's name."""
    reason: str = ""
    """Why the run ended; empty where its record has no end."""
    complaint: str = ""
    """Why the record can't be read."""
    epochs: int = 0
    metrics: dict[str, Figure] = {}
    """The newest ones."""
    headlines: list[str] = []
    """The metrics that stand for it, as RunStarted has them."""
    is_kept: bool = True
    """Whether the run's directory got what it is to keep of the weights it ended with."""


def outcome_of(run: Run) -> Outcome:
    """Read a run's outcome; of a long record little more than its last line."""
    file = run.record_file
    reason, epochs, metrics = "", 0, dict[str, Figure]()
    is_kept = True
    try:
        for place, event in enumerate(file.counting_backwards(MOST_BYTES)):
            if isinstance(event, RunFinished):
                epochs, metrics = event.epochs, event.metrics
                is_kept = not event.unkept
                reason = "" if place else event.reason  # behind it a life began that has no end
                break
            if isinstance(event, EpochFinished):
                epochs, metrics = event.epoch, event.metrics
                break
        started = next(file.forwards(), None)
    except UnreadableRecord as error:
        return Outcome(title=run.title(), complaint=error.reason)
    title, headlines = run.title(), list[str]()
    if isinstance(started, RunStarted):
        title, headlines = started.title or run.name, started.headlines
    return Outcome(
        title=title,
        reason=reason,
        epochs=epochs,
        metrics=metrics,
        headlines=headlines,
        is_kept=is_kept or not reason,
    )
