"""The runs of a directory with what became of each, read again only where files changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.parts.kinds import encodable
from engine.parts.metrics import score
from engine.runs.contents import EVENTS, LEASE
from engine.runs.events import Figure
from engine.runs.index import Index, Stamp
from engine.runs.kept_checkpoints import OVER, is_done
from engine.runs.outcome import Outcome, outcome_of
from engine.runs.run import Run, all_runs
from engine.runs.state import RunState, ended, state_of

UNFINISHED = ("stopped", "interrupted", "crashed", "failed", "lost")
"""States from which a run can be continued begin so."""


@dataclass(frozen=True)
class ListedRun:
    """A run as lists show it."""

    run: Run
    state: RunState
    outcome: Outcome

    @property
    def can_continue(self) -> bool:
        """Whether it ended before its last epoch."""
        is_unfinished = self.state.text.startswith(UNFINISHED)
        is_lost = self.outcome.reason in OVER and not self.is_done
        return not self.state.is_live and (is_unfinished or is_lost)

    @property
    def is_done(self) -> bool:
        """Whether it was trained to its end, so that it can only be trained longer."""
        outcome = self.outcome
        is_over = is_done(self.run, outcome.reason, is_kept=outcome.is_kept)
        return not self.state.is_live and is_over

    @property
    def loss(self) -> Figure:
        """Of the training split."""
        return self.outcome.metrics.get("train_loss")

    def score(self, name: str) -> Figure:
        """A metric of the test split, else of the training split; None where it has none."""
        return score(self.outcome.metrics, name)


class KnownRuns:
    """Reads the runs of a directory; remembers what it read, from one process to the next."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir
        self._index = Index(runs_dir)

    def newest_first(self, limit: int | None = None) -> Iterator[ListedRun]:
        """Live ones, then the others, each by date; raises UsageError.

        limit: read no more than the newest of those that are not live.
        """
        found = all_runs(self._runs_dir)[::-1]
        held = {run: self._held(run) for run in found if os.path.lexists(f"{run.path}/{LEASE}")}
        yield from (listed for listed in held.values() if listed.state.is_live)
        over = (run for run in found if run not in held or not held[run].state.is_live)
        for run in islice(over, limit):
            yield held.get(run) or self._free(run)
        if limit is None:
            self._index.save()

    def _held(self, run: Run) -> ListedRun:
        outcome = outcome_of(run)  # it may grow: not worth to be kept
        return ListedRun(run, state_of(run, outcome), outcome)

    def _free(self, run: Run) -> ListedRun:
        outcome = self._outcome(run)
        return ListedRun(run, ended(outcome), outcome)

    def _outcome(self, run: Run) -> Outcome:
        stamp = _stamp(f"{run.path}/{EVENTS}")
        known = self._index.outcome(run.name, stamp) if stamp else None
        if known is not None:
            return known
        outcome = outcome_of(run)
        if stamp and not outcome.complaint and encodable(run.name):
            self._index.learn(run.name, stamp, outcome)
        return outcome


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)
