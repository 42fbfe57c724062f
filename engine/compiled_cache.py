"""The cache of compiled steps, as those see it who compile nothing: its size and what it costs."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import paths, regular_file
from engine.decoding import Undecodable, decoded
from engine.kept_folders import KeptFolders
from engine.limits import COMPILED_STEP, RUN_FILE

MOST_KEPT_BYTES = 200_000_000
FIRST_S, SAVED_S = 30.0, 45e-6
"""What it takes to compile a small network's step, and what that saves at each step against a
traced one, by the measurements of tests/benchmarks; until one was compiled here."""
NOTE = "note.json"
STEPS = KeptFolders(paths.compiled_dir, abandoned_s=86_400.0)
"""A folder for each step; nobody compiles one for a day."""


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


def usual_s() -> float | None:
    """What it took to compile a step here, in the middle of those that are kept; None without."""
    found = []
    for one in STEPS.all():
        with suppress(OSError, Undecodable):
            note: Note = decoded(regular_file.contents(one.path / NOTE, RUN_FILE), Note)
            found.append(note.seconds)
    return sorted(found)[len(found) // 2] if found else None
