"""Deletes runs: only what has a run's marks, as a whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from engine.errors import UsageError
from engine.runs.contents import CHECKPOINTS, SNAPSHOTS, content, discard, is_mark, remove
from engine.runs.directory import ASIDE, is_aside
from engine.runs.run import Run
from engine.runs.state import state_of

_NAMED = 4
"""So many foreign files are named in a message."""


def check(run: Run) -> None:
    """Raise UsageError unless a run can be deleted; looks at all of it, changes nothing."""
    try:
        state = state_of(run)
        if state.is_live:
            raise UsageError(f"{run.path}: it is {state.text}: `perceptui stop {run.name}` first")
        _check_content(run.path)
        path = run.path.resolve()
        for folder in (path.parent, path, path / CHECKPOINTS, path / SNAPSHOTS):
            if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _refused(run.path, error) from error


def delete(run: Run) -> None:
    """Remove a run's directory; raises UsageError, and the run is as it was then.

    It is renamed first, so that no list ever shows half a run.
    """
    check(run)
    path = run.path.resolve()
    _finish_others(path.parent)
    try:
        aside = _put_aside(path)
        try:
            check(Run(aside))  # it may have changed since
        except UsageError as error:
            aside.rename(path)
            raise UsageError(str(error).replace(str(aside), str(run.path))) from error
    except OSError as error:
        raise _refused(run.path, error) from error
    try:
        remove(aside)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{run.path}: what is left of it lies in {aside} ({reason})") from error


def _check_content(path: Path) -> None:
    """Raise UsageError for a folder that is no run, or that holds more than one."""
    if path.is_symlink():
        raise UsageError(f"{path}: it is a link: name the run's own directory")
    found = list(content(path))
    foreign = sorted(place for place, is_own in found if not is_own)
    if not any(is_own and is_mark(place) for place, is_own in found):
        raise UsageError(
            f"{path}: it is not deleted, since it has no record, no lease and no checkpoint: "
            "it may be a folder of yours in which an experiment lies"
        )
    if foreign:
        more = f" and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
        raise UsageError(
            f"{path}: it is not deleted, since it holds what no run writes: "
            f"{', '.join(foreign[:_NAMED])}{more}: move that elsewhere first"
        )


def _put_aside(path: Path) -> Path:
    """Rename a folder to a fresh name that no list shows."""
    beginning, end = ASIDE
    aside = Path(tempfile.mkdtemp(end, beginning, path.parent))
    try:
        return path.rename(aside)  # onto an empty folder, which nobody else has
    except OSError:
        aside.rmdir()
        raise


def _finish_others(runs_dir: Path) -> None:
    """Remove runs whose deletion was killed."""
    with suppress(OSError):
        for path in runs_dir.iterdir():
            if is_aside(path.name) and not path.is_symlink():
                discard(path)


def _refused(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path}: can't be deleted ({error.strerror or error})")
