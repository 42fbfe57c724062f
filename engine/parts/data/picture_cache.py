"""Keeps pictures as they were decoded, so that only the first look at each waits for its file.

An entry of `picture_entries` has two files with a row for each picture of a list: `pixels`, and
`marks`, a digest of each row, zeros where it is not there yet. A row is written before its mark,
and is believed only with it: what a killed writer leaves is a row that is decoded again, and
several trainings that share an entry write the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import regular_file
from engine.parts.data.picture_entries import (
    MARK_BYTES,
    MARKS,
    PIXELS,
    Identity,
    entry,
    identity_of,
    key_of,
)

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

SETTLED_NS = 2_000_000_000
"""What was changed less than so long ago may change again and keep its times."""

_log = logging.getLogger(__name__)


def _mark(key: str, row: int, pixels: bytes) -> bytes:
    """The digest of a row, of this entry and this place; never zeros."""
    digest = hashlib.blake2b(pixels, digest_size=MARK_BYTES, key=f"{key} {row}".encode()).digest()
    return digest if any(digest) else b"\1" * MARK_BYTES


class Keeper:
    """Writes the rows of an entry; another process can be given one."""

    def __init__(self, folder: Path, key: str, row_bytes: int, settled_ns: int) -> None:
        self._of = folder, key, row_bytes, settled_ns
        self._open: list[int] = []
        """Of pixels and marks, once there was a row to keep."""
        self._is_over = False

    def __reduce__(self) -> tuple[Any, ...]:
        return Keeper, self._of

    def keep(self, row: int, file: Path, identity: Identity, pixels: bytes) -> None:
        """Write what a file was decoded to, unless it has changed meanwhile.

        Where that fails it is noted in the log, and nothing more is kept.
        """
        if self._is_over:
            return
        folder, key, row_bytes, settled_ns = self._of
        assert len(pixels) == row_bytes
        try:
            found = os.stat(file)
            is_settled = time.time_ns() - found.st_ctime_ns > settled_ns
            if identity_of(found) != identity or not is_settled:
                return
            if not self._open:
                flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
                self._open += [os.open(folder / name, flags) for name in (PIXELS, MARKS)]
            _write(self._open[0], pixels, row * row_bytes)
            _write(self._open[1], _mark(key, row, pixels), row * MARK_BYTES)
        except OSError as error:
            self.close()
            self._is_over = True
            _log.warning("pictures are decoded again each time: %s", error)

    def close(self) -> None:
        """Let go of the files; they are opened anew for a next row."""
        while self._open:
            os.close(self._open.pop())


def _write(descriptor: int, content: bytes, start: int) -> None:
    while content:
        count = os.pwrite(descriptor, content, start)
        content, start = content[count:], start + count


class PictureCache:
    """The decoded pictures of a list of files: what is there of them, also while others add."""

    def __init__(
        self, files: Sequence[Path], reading: dict[str, Any], row_bytes: int, *, make: bool = True
    ) -> None:
        """make: where there is no entry. Raises NotKept, and OSError for a file that is gone."""
        import numpy as np

        self.identities = [identity_of(os.stat(file)) for file in files]
        self._key = key_of(files, self.identities, reading)
        folder = entry(self._key, len(files), row_bytes, make=make)
        self._map = _mapped(folder / PIXELS)
        self._pixels: NDArray[uint8] = np.frombuffer(self._map, np.uint8).reshape(-1, row_bytes)
        self._marks: NDArray[int64] = np.frombuffer(_mapped(folder / MARKS), np.int64)
        self._is_proven: NDArray[bool_] = np.zeros(len(files), np.bool_)
        """Rows that were compared with their marks in this process."""
        self._are_proven = False
        self.keeper = Keeper(folder, self._key, row_bytes, SETTLED_NS)

    def claimed(self, rows: NDArray[int64] | slice = slice(None)) -> NDArray[bool_]:
        """Which of these rows are there, as far as their marks tell."""
        found: NDArray[bool_] = self._marks[rows] != 0
        return found

    def read(self, rows: NDArray[int64], out: NDArray[uint8]) -> NDArray[int64]:
        """Put rows into `out`, a flat row each; returns the places of those that are not there.

        What was torn by a crash of the machine is not there.
        """
        import numpy as np

        if not self._are_proven:
            there = self._is_proven[rows]
            for place in np.flatnonzero(self.claimed(rows) & ~there).tolist():
                there[place] = self._prove(int(rows[place]))
            if not there.all():
                out[there] = self._pixels[rows[there]]
                return np.flatnonzero(~there)
            self._are_proven = bool(self._is_proven.all())
        np.take(self._pixels, rows, axis=0, out=out, mode="clip")
        return np.empty(0, np.int64)

    def expect(self, rows: NDArray[int64]) -> None:
        """Have the system read rows ahead, of an entry that it can't keep in memory."""
        length = self._pixels.shape[1]
        for row in rows.tolist():
            start = row * length
            page = start - start % mmap.PAGESIZE
            self._map.madvise(mmap.MADV_WILLNEED, page, start + length - page)

    def _prove(self, row: int) -> bool:
        """Compare a row with its mark."""
        mark: bytes = self._marks[row].tobytes()
        found = _mark(self._key, row, self._pixels[row].tobytes()) == mark
        self._is_proven[row] = found
        return found


def _mapped(path: Path) -> mmap.mmap:
    """A file as it is and as it becomes, to be read only."""
    with regular_file.opened(path) as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
