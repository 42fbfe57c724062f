"""Folders in the user's cache that can be made again: bounded, the least recently used go first.

Each has a digest for a name and appears by a rename, as a whole; while it is written its name
begins with a dot. Nothing else that lies there is looked at or deleted.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

NAME_DIGITS = 32
"""Of a digest that names a folder."""


class Kept(NamedTuple):
    """A folder."""

    used_ns: int
    size: int
    """In bytes."""
    path: Path


@dataclass(frozen=True)
class KeptFolders:
    """All that one kind of answers takes."""

    place: Callable[[], Path]
    """Where they lie; asked anew each time, since the environment may name another place."""
    abandoned_s: float
    """What was begun longer ago than this nobody writes any more, in seconds."""
    most: int | None = None
    """How many there may be."""

    def put(self, made: Path, folder: Path, is_whole: Callable[[], bool]) -> Path:
        """Give what was made its name, and return where it lies.

        That is where it was made, if it can't be had or another was faster: hers stays, since
        somebody may be reading there. is_whole: whether what has the name is of any use.
        """
        if not is_whole():
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                return made.rename(folder)
        return made

    def all(self) -> list[Kept]:
        """Those that are there, the one that was used last first."""
        found = []
        with suppress(OSError):
            for one in os.scandir(self.place()):
                if one.is_dir(follow_symlinks=False) and len(one.name) == NAME_DIGITS:
                    with suppress(OSError):
                        size = sum(file.stat().st_size for file in os.scandir(one.path))
                        found.append(Kept(one.stat().st_mtime_ns, size, Path(one.path)))
        return sorted(found, key=lambda one: one.used_ns, reverse=True)

    def sweep(self, most_bytes: int, spared: Path | None = None) -> None:
        """Forget those that nobody used longest, until the others have so many bytes.

        And what a writer left that was killed. Who has one of them open goes on with it. spared: it
        stays, however large it is.
        """
        with suppress(OSError):
            for left in self.place().glob(".*"):
                with suppress(OSError):
                    if time.time() - left.stat().st_mtime > self.abandoned_s:
                        shutil.rmtree(left, ignore_errors=True)
        total = 0
        for number, (_, size, folder) in enumerate(self.all()):
            total += size
            is_many = self.most is not None and number >= self.most
            if folder != spared and (total > most_bytes or is_many):
                shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> int:
        """Forget all of them; returns how many bytes they had."""
        before = self.kept_bytes()
        self.sweep(-1)
        return before - self.kept_bytes()

    def kept_bytes(self) -> int:
        """What all of them take."""
        return sum(one.size for one in self.all())
