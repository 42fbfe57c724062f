"""Keeps what was found out about tables, so that a file is parsed once for all who ask.

The answer lies on disk, in the user's cache: whoever trains takes the numbers from there and never
loads the library that reads tables. A large file is read by a process of its own, whose memory ends
with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from engine import paths, regular_file
from engine.decoding import Undecodable, decoded
from engine.errors import DataUnavailable
from engine.kept_folders import NAME_DIGITS, KeptFolders
from engine.limits import TABLE_NOTE
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.packing import checked
from engine.parts.data.sheet.reader_process import read_in_process
from engine.parts.data.sheet.reading import LARGE_BYTES
from engine.parts.data.sheet.table import Table

if TYPE_CHECKING:
    from numpy import ndarray

MOST_KEPT_BYTES = 2_000_000_000
TABLES = KeptFolders(paths.tables_dir, abandoned_s=86_400.0, most=12)
"""Nobody writes a table for a day."""

_apart = False


def read_apart() -> None:
    """Read no table in this process from now on: it is one that trains."""
    global _apart
    _apart = True


def examined(path: str, asked: Asked) -> Table:
    """What was found out about a table; the answer is kept until the file changes.

    Raises FileNotFoundError where there is no file, DataUnavailable for what can't be read.
    """
    return _examined(path, asked, *_state(path, asked))


def _state(path: str, asked: Asked) -> tuple[int, int, int]:
    """What changes when a file does."""
    status = checked(path, streamed=asked.streamed)
    return status.st_mtime_ns, status.st_size, status.st_ino


@lru_cache(maxsize=16)
def _examined(path: str, asked: Asked, *state: int) -> Table:
    folder = _folder(path, asked, state)
    table = _kept_table(folder)
    if table is not None:
        return table
    with _read(path, asked, folder) as place:
        table = _kept_table(place)
        assert table is not None, "it has just been written"
        return table


def arrays(path: str, asked: Asked) -> tuple[Any, Any]:
    """A table's inputs and targets, as they were prepared when it was read: NumPy arrays.

    Inputs of one that is streamed stay on the disk until they are looked at.
    Raises what `examined` does; only for a table without errors.
    """
    folder = _folder(path, asked, _state(path, asked))
    if (kept := _kept_arrays(folder, stays=asked.streamed)) is not None:
        return kept
    with _read(path, asked, folder) as place:
        kept = _kept_arrays(place, stays=asked.streamed)
        if kept is None:
            raise DataUnavailable(f"{path}: changed while it was read")
        return kept


def opened(path: str, asked: Asked) -> tuple[IO[bytes], Any, int]:
    """A table's inputs as an open file, its targets, and the bytes before the first input.

    Raises what `arrays` does.
    """
    folder = _folder(path, asked, _state(path, asked))
    if (kept := _kept_open(folder)) is not None:
        return kept
    with _read(path, asked, folder) as place:
        kept = _kept_open(place)
        if kept is None:
            raise DataUnavailable(f"{path}: changed while it was read")
        return kept


def _kept_open(folder: Path) -> tuple[IO[bytes], Any, int] | None:
    import numpy as np

    try:
        targets = np.load(_checked(folder / "targets.npy"), allow_pickle=False)
        content = regular_file.opened(folder / "inputs.npy")
        if np.lib.format.read_magic(content) != (1, 0):
            raise ValueError("written by another version")
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(content)
        if by_columns or kind != np.float32 or shape[0] != len(targets):
            raise ValueError("not the rows of a table")
    except (OSError, ValueError, EOFError):
        return None
    return content, targets, content.tell()


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the code that decides: what another version found out is not looked at."""
    own = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted([*own.glob("*.py"), *own.with_name("generators").glob("table_*.py")]):
        with regular_file.opened(file) as source:
            digest.update(source.read())
    return digest.hexdigest()


def _folder(path: str, asked: Asked, state: tuple[int, ...]) -> Path:
    question = [_code(), os.path.realpath(path), state, msgspec.to_builtins(asked)]
    digest = hashlib.sha256(json.dumps(question).encode(errors="surrogateescape")).hexdigest()
    return paths.tables_dir() / digest[:NAME_DIGITS]


def _kept_table(folder: Path) -> Table | None:
    try:
        table: Table = decoded(regular_file.contents(folder / "table.json", TABLE_NOTE), Table)
    except (OSError, Undecodable):
        return None  # not there, or of another version: it is read again
    with suppress(OSError):
        os.utime(folder)
    return table


def _kept_arrays(
    folder: Path, *, stays: bool
) -> tuple[ndarray[Any, Any], ndarray[Any, Any]] | None:
    import numpy as np

    try:
        files = [_checked(folder / f"{name}.npy") for name in ("inputs", "targets")]
        inputs = np.load(files[0], mmap_mode="r" if stays else None, allow_pickle=False)
        targets = np.load(files[1], allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return inputs, targets


def _is_whole(folder: Path, new: Path) -> bool:
    """Whether what is kept in a folder is all that was found out anew."""
    if _kept_table(folder) is None:
        return False
    return not (new / "inputs.npy").exists() or _kept_arrays(folder, stays=True) is not None


def _checked(path: Path) -> Path:
    regular_file.check(path)
    return path


@contextmanager
def _read(path: str, asked: Asked, folder: Path) -> Iterator[Path]:
    """Read a table into a folder; the one that was asked for, if that can be had."""
    with suppress(OSError):
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        place = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    except OSError:  # no cache: the numbers are handed on and forgotten
        place = Path(tempfile.mkdtemp(prefix="perceptui-table-"))
    try:
        if _apart or checked(path, streamed=asked.streamed).st_size >= LARGE_BYTES:
            read_in_process(path, asked, place)
        else:
            from engine.parts.data.sheet.cache_entry import keep

            keep(path, asked, place)
        if place.parent == folder.parent:
            place = TABLES.put(place, folder, partial(_is_whole, folder, place))
            TABLES.sweep(MOST_KEPT_BYTES, spared=folder)
        yield place
    finally:
        if place != folder:
            shutil.rmtree(place, ignore_errors=True)
