"""Where an export may be written: nowhere that a run reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import DataUnavailable, UsageError
from engine.runs.contents import EXPERIMENT, is_of_run
from engine.spec.experiment import Experiment


def destination(
    output: Path, experiment: Experiment | None, data_dir: Path, *, replace: bool = False
) -> Path:
    """The file to write: a link stays one, and what it points to is written.

    experiment: what is exported; None if that can't be read. replace: whether a file that is
    there already may be written over. Raises UsageError where nothing may be written, whatever
    `replace` says: over a run's own files, the data, or the weights that the training began with.
    """
    target = output.resolve()
    if target.exists() and not target.is_file():
        raise UsageError(f"{output}: is not a file")
    if is_of_run(target):
        raise UsageError(f"{output}: a run keeps its own files there: choose another name")
    if experiment is not None and _is_read(target, output, experiment, data_dir):
        raise UsageError(f"{output}: the training reads it: choose another name")
    if target.exists() and not replace:
        raise UsageError(f"{output}: is there already: choose another name, or give --force")
    return target


def own_folder(
    output: Path, experiment: Experiment | None, data_dir: Path, *, replace: bool = False
) -> Path:
    """The folder to write into, as `destination` says it of a file."""
    target = output.resolve()
    taken = next((p for p in (target, *target.parents) if p.exists()), target)
    if not taken.is_dir():
        raise UsageError(f"{taken}: is not a folder")
    if any((folder / EXPERIMENT).is_file() for folder in (target, *target.parents)):
        raise UsageError(f"{output}: a run keeps its own files there: choose another folder")
    if experiment is not None and _is_read(target, output, experiment, data_dir):
        raise UsageError(f"{output}: the training reads it: choose another name")
    if target.exists() and not replace:
        raise UsageError(f"{output}: is there already: choose another name, or give --force")
    return target


def _is_read(target: Path, output: Path, experiment: Experiment, data_dir: Path) -> bool:
    folder = experiment.data.downloaded_to(data_dir)
    if folder is not None and target.is_relative_to(folder.resolve()):
        return True
    names = {str(target), os.path.abspath(output)}  # a file that is missing may come back
    there = target.stat() if target.exists() else None
    return any(
        os.path.abspath(file) in names or (there is not None and _is_same(file, there))
        for file in _files(experiment)
    )


def _files(experiment: Experiment) -> Iterator[Path]:
    """The person's own files that a training reads."""
    with suppress(DataUnavailable):  # what is gone can't be written over
        yield from experiment.data.files()
    if experiment.start_from:
        yield Path(experiment.start_from)


def _is_same(file: Path, there: os.stat_result) -> bool:
    try:
        return os.path.samestat(file.stat(), there)
    except OSError:
        return False
