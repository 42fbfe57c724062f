"""What a run's directory holds: the names of its files, and the removal of these alone.

Nothing else in the project removes what lies in a run's directory. Links are never followed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, NoReturn

from engine.runs.files import LEFTOVER

EXPERIMENT = "experiment.toml"
EVENTS = "events.jsonl"
LOSSES = "losses.json"
TABLE = "table.json"
LEASE = "lease.json"
ACCEPTED = "accepted.json"
LOG = "worker.log"
CHECKPOINTS = "checkpoints"
CheckpointKind = Literal["last", "best"]
SNAPSHOTS = "snapshots"
WEIGHTS = "weights.bin"
Moment = CheckpointKind | int
"""Whose weights are meant: a checkpoint's, or those after so many steps, of a snapshot."""

_NAMES = "|".join(map(re.escape, (EXPERIMENT, EVENTS, LOSSES, TABLE, ACCEPTED, LEASE, LOG)))
_WEIGHTS = r"(?:last|best)\.safetensors"
_MOMENT = r"step-(\d+)\.safetensors"
_KEPT = rf"{SNAPSHOTS}/(?:{re.escape(WEIGHTS)}|{_MOMENT})"

_LEFT_FOLDER = re.compile(rf"(?:(?:{CHECKPOINTS}|{SNAPSHOTS})/)?{LEFTOVER.pattern}")
_LEFT_FILE = re.compile(
    rf"{_LEFT_FOLDER.pattern}/[^/]+"
    rf"|\.(?:{_NAMES})\.\d+\.tmp|{CHECKPOINTS}/\.{_WEIGHTS}\.\d+\.tmp",  # of older versions
    re.DOTALL,
)
_FOLDER = re.compile(rf"{CHECKPOINTS}|{SNAPSHOTS}|{_LEFT_FOLDER.pattern}")
_FILE = re.compile(rf"{_NAMES}|{CHECKPOINTS}/{_WEIGHTS}|{_KEPT}|{_LEFT_FILE.pattern}", re.DOTALL)
_MARK = re.compile(rf"{re.escape(EVENTS)}|{re.escape(LEASE)}|{CHECKPOINTS}/{_WEIGHTS}")


def is_mark(place: str) -> bool:
    """Whether this tells a run from a folder in which somebody keeps an experiment."""
    return _MARK.fullmatch(place) is not None


def is_of_run(path: Path) -> bool:
    """Whether this is the place of a file that some run writes, be it there or not."""
    for folder in path.parents[:3]:
        if _FILE.fullmatch(str(path.relative_to(folder))) and (folder / EXPERIMENT).is_file():
            kept = (folder / CHECKPOINTS).glob("*.safetensors")
            places = [EVENTS, LEASE, *(str(file.relative_to(folder)) for file in kept)]
            if any(is_mark(place) and (folder / place).is_file() for place in places):
                return True
    return False


def moment_of(path: Path) -> int | None:
    """The steps done in the snapshot that is to be written out there; None for another place."""
    found = re.fullmatch(_MOMENT, path.name)
    return int(found[1]) if found and path.parent.name == SNAPSHOTS else None


def content(path: Path) -> Iterator[tuple[str, bool]]:
    """Every file by its place below the path, and whether a run writes it; raises OSError.

    Of a folder that no run makes only its own place comes.
    """
    for root, folders, files, descriptor in os.fwalk(path, onerror=_raise):
        for name in files:
            place = _place(path, root, name)
            is_file = stat.S_ISREG(_mode(name, descriptor))
            yield place, is_file and _FILE.fullmatch(place) is not None
        for name in list(folders):
            place = _place(path, root, name)
            if not _FOLDER.fullmatch(place) or not stat.S_ISDIR(_mode(name, descriptor)):
                folders.remove(name)
                yield f"{place}/", False


def remove(path: Path) -> None:
    """Remove a run; raises OSError, also where anything else is there, which stays."""
    (path / EXPERIMENT).unlink(missing_ok=True)  # first: without it, it is no run
    _empty(path, _FILE, _FOLDER)
    path.rmdir()


def discard(path: Path) -> None:
    """Remove a directory that was just made for a run which can't begin, as far as possible."""
    with suppress(OSError):
        remove(path)


def sweep(path: Path) -> None:
    """Remove what writers that were killed have left in a run which nobody trains."""
    with suppress(OSError):  # where nothing can be removed, nothing can be written either
        _empty(path, _LEFT_FILE, _LEFT_FOLDER)


def _empty(path: Path, file: re.Pattern[str], folder: re.Pattern[str]) -> None:
    """Remove the files and folders whose places below the path these patterns know."""
    for root, folders, files, descriptor in os.fwalk(path, topdown=False, onerror=_raise):
        for name in files:
            if file.fullmatch(_place(path, root, name)):
                os.unlink(name, dir_fd=descriptor)
        for name in folders:
            is_folder = stat.S_ISDIR(_mode(name, descriptor))
            if is_folder and folder.fullmatch(_place(path, root, name)):
                os.rmdir(name, dir_fd=descriptor)


def _place(path: Path, root: str, name: str) -> str:
    return os.path.relpath(os.path.join(root, name), path)


def _mode(name: str, folder: int) -> int:
    return os.lstat(name, dir_fd=folder).st_mode


def _raise(error: OSError) -> NoReturn:
    raise error
