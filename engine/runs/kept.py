"""What is kept of a run's weights, and where: in its directory, or where they were rescued to."""

from __future__ import annotations

from pathlib import Path

from engine.runs import events as ev
from engine.runs.reader import Checkpoint, Run

OVER = ("completed", "stop_below", "patience")
"""Reasons of an end after which there is nothing left to train."""


def is_kept(run: Run, finished: ev.RunFinished) -> bool:
    """Whether a run that ended so has the weights that it ended with in its directory."""
    if finished.unkept:
        return False
    return finished.reason not in OVER or run.directory.checkpoint("last").is_file()


def kept_checkpoints(run: Run) -> dict[Checkpoint, Path]:
    """The newest checkpoint of each kind that is there."""
    kinds: tuple[Checkpoint, ...] = ("last", "best")
    found = {kind: run.directory.checkpoint(kind) for kind in kinds}
    for event in run.raw_events():
        if isinstance(event, ev.CheckpointSaved):
            found[event.kind] = run.directory.checkpoint(event.kind)
        elif isinstance(event, ev.CheckpointRescued) and Path(event.path).is_file():
            found[event.kind] = Path(event.path)
    return {kind: path for kind, path in found.items() if path.is_file()}
