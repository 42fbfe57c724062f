"""The cache of compiled steps, as those see it who compile nothing: its size and what it costs."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import paths, regular_file
from engine.decoding import Undecodable, decoded
from engine.limits import COMPILED_STEP, RUN_FILE

MOST_KEPT_BYTES = 200_000_000
FIRST_S, SAVED_S = 30.0, 45e-6
"""What it takes to compile a small network's step, and what that saves at each step against a
traced one, by the measurements of tests/benchmarks; until one was compiled here."""
ABANDONED_S = 86_400.0
"""Nobody compiles a step for so long."""
NOTE = "note.json"
_NAME_DIGITS = 32


class Note(msgspec.Struct, frozen=True):
    """What stands beside machine code."""

    sha256: str
    seconds: float
    """What it took to compile."""


def kept(folder: Path, library: str) -> Path | None:
    """The machine code of an entry; None where there is none that is whole."""
    try:
        note: Note = decoded(regular_file.contents(folder / NOTE, RUN_FILE), Note)
        code = regular_file.contents(folder / library, COMPILED_STEP)
    except (OSError, Undecodable):
        return None
    if hashlib.sha256(code).hexdigest() != note.sha256:
        return None
    with suppress(OSError):
        os.utime(folder)
    return folder / library


def sweep(most: int) -> None:
    """Forget the entries that nobody used longest, until the others have so many bytes."""
    with suppress(OSError):
        for left in paths.compiled_dir().glob(".*"):
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)
    total = 0
    for _, size, folder in sorted(_entries(), reverse=True):
        total += size
        if total > most:
            shutil.rmtree(folder, ignore_errors=True)


def clear() -> int:
    """Forget all of them; returns how many bytes they had."""
    total = kept_bytes()
    sweep(-1)
    return total - kept_bytes()


def kept_bytes() -> int:
    """What all entries take."""
    return sum(size for _, size, _ in _entries())


def usual_s() -> float | None:
    """What it took to compile a step here, in the middle of those that are kept; None without."""
    found = []
    for _, _, folder in _entries():
        with suppress(OSError, Undecodable):
            note: Note = decoded(regular_file.contents(folder / NOTE, RUN_FILE), Note)
            found.append(note.seconds)
    return sorted(found)[len(found) // 2] if found else None


def _entries() -> list[tuple[int, int, Path]]:
    """When each entry was last used, its bytes and its folder."""
    found = []
    with suppress(OSError):
        for one in os.scandir(paths.compiled_dir()):
            if one.is_dir(follow_symlinks=False) and len(one.name) == _NAME_DIGITS:
                with suppress(OSError):
                    size = sum(file.stat().st_size for file in os.scandir(one.path))
                    found.append((one.stat().st_mtime_ns, size, Path(one.path)))
    return found
