"""What is kept of a run's weights, and where: in its directory, or where they were rescued to."""

from __future__ import annotations

from pathlib import Path

from engine.runs import events as ev
from engine.runs.contents import CheckpointKind
from engine.runs.run import Run

OVER = ("completed", "stop_below", "patience")
"""Reasons of an end after which there is nothing left to train."""


def is_done(run: Run, reason: str, *, is_kept: bool) -> bool:
    """Whether a run that ended for this reason is trained to its end, with its weights there.

    is_kept: whether they were written then, as its record says.
    """
    return reason in OVER and is_kept and run.directory.checkpoint("last").is_file()


def kept_checkpoints(run: Run) -> dict[CheckpointKind, Path]:
    """The newest checkpoint of each kind that is there."""
    kinds: tuple[CheckpointKind, ...] = ("last", "best")
    found = {kind: run.directory.checkpoint(kind) for kind in kinds}
    for event in run.raw_events():
        if isinstance(event, ev.CheckpointSaved):
            found[event.kind] = run.directory.checkpoint(event.kind)
        elif isinstance(event, ev.CheckpointRescued) and Path(event.path).is_file():
            found[event.kind] = Path(event.path)
    return {kind: path for kind, path in found.items() if path.is_file()}
