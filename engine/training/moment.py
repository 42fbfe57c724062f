"""A run's weights at any moment of it that was kept: a checkpoint's, or a snapshot's."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UsageError
from engine.runs.contents import Moment, is_of_run, moment_of
from engine.runs.run import Run
from engine.training.checkpoint import Checkpoint, load, save
from engine.training.snapshots import checkpoint_of


def weights_at(run: Run, moment: Moment) -> tuple[Checkpoint, Path]:
    """What predictions need of a moment, and the file it comes from.

    Raises PerceptuiError for one that there is not, BadCheckpoint for a damaged one.
    """
    if isinstance(moment, int):
        snapshots = run.snapshots
        return checkpoint_of(snapshots.read(moment)), snapshots.path
    path = run.checkpoint(moment)
    return load(path), path


def write_out(path: Path) -> None:
    """Write a snapshot as a file to start from, if that is its place and it is not there yet.

    Raises PerceptuiError where it can't be.
    """
    step = moment_of(path)
    if step is None or path.exists():
        return
    checkpoint = checkpoint_of(Run(path.parents[1]).snapshots.read(step))
    try:
        save(path, checkpoint)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def named(path: Path, checkpoint: Checkpoint) -> str:
    """Whose weights a file has, and after how many steps: `runs/NAME@1200`."""
    owner = path.parents[1] if is_of_run(path) else path
    return f"{owner}@{checkpoint.state.get('step', '?')}"
