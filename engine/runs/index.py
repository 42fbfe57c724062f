"""What became of runs that are over, kept so that a long list need not read them all again.

It lies in the user's cache and may be thrown away at any time: an outcome counts only while
the record's file is the one that it was read from.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import paths, regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import UsageError
from engine.limits import INDEX_FILE
from engine.runs.files import replace_bytes
from engine.runs.outcome import Outcome

VERSION = 3
LEAST_RUNS = 100
"""Fewer runs are read as fast without an index."""
UNUSED_S = 90 * 24 * 3600.0
"""An index that was not written for so long goes: its directory may be gone."""
_FILE = re.compile(r"[0-9a-f]{32}\.json")

Stamp = tuple[int, int, int]
"""Inode, size in bytes, and time in nanoseconds of a record's file."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """An outcome, and the file that it was read from."""

    stamp: Stamp
    outcome: Outcome


class _Stored(msgspec.Struct, frozen=True):
    version: int
    runs: dict[str, Entry]


class Index:
    """Outcomes by the run's name; nothing of it is ever missed."""

    def __init__(self, runs_dir: Path) -> None:
        name = hashlib.sha256(os.fsencode(runs_dir.absolute())).hexdigest()[:32]
        self._path = paths.index_dir() / f"{name}.json"
        self._known = self._read()
        self._seen: dict[str, Entry] = {}
        self._is_stale = False

    def outcome(self, name: str, stamp: Stamp) -> Outcome | None:
        """What is known of a run whose record has this stamp."""
        entry = self._known.get(name)
        if entry is None or entry.stamp != stamp:
            return None
        self._seen[name] = entry
        return entry.outcome

    def learn(self, name: str, stamp: Stamp, outcome: Outcome) -> None:
        """Keep what was read of a run."""
        self._known[name] = self._seen[name] = Entry(stamp, outcome)
        self._is_stale = True

    def save(self) -> None:
        """Keep what was seen since the last time, for the next process."""
        seen, self._seen = self._seen, {}
        if len(seen) < LEAST_RUNS or not (self._is_stale or len(seen) < len(self._known)):
            return
        self._known, self._is_stale = seen, False
        with suppress(OSError, UsageError):  # no cache, a full disk, an odd name: read again then
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_bytes(self._path, encoded(_Stored(VERSION, seen)), is_durable=False)
            _sweep(self._path.parent)

    def _read(self) -> dict[str, Entry]:
        try:
            stored = decoded(regular_file.contents(self._path, INDEX_FILE), _Stored)
        except (OSError, Undecodable):
            return {}
        return stored.runs if stored.version == VERSION else {}


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if _FILE.fullmatch(path.name) and time.time() - path.stat().st_mtime > UNUSED_S:
            path.unlink()
