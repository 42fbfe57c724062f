"""The bytes of a table's file: regular, unpacked, and what they are if they are no table."""

from __future__ import annotations

import errno
import lzma
import os
import zlib
from collections.abc import Callable
from typing import IO, Any, Literal, cast

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import LINE, STREAMED_FILE, TABLE_FILE, Limit

Packing = Literal["", "gz", "bz2", "xz", "zst"]
Format = Literal["csv", "parquet", "feather"]

HEAD_BYTES = 1 << 20
"""How much of a file its layout is judged by."""

_PACKED: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
)
_OTHERS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database; export the table as CSV"),
    (b"\x89PNG", "a picture; a folder of pictures is read with images(...)"),
    (b"\xff\xd8\xff", "a picture; a folder of pictures is read with images(...)"),
    (b"\x89HDF", "an HDF5 file; save the table as CSV or Parquet"),
    (b"\x93NUMPY", "a NumPy array; save it as CSV or Parquet"),
)


def most_of(*, streamed: bool) -> Limit:
    """How large a table's file may be."""
    return STREAMED_FILE if streamed else TABLE_FILE


def is_large(path: str) -> bool:
    """Whether a table is larger than what is read as a whole; an absent one is not.

    Raises DataUnavailable for what is no table.
    """
    try:
        return checked(path, streamed=True).st_size > TABLE_FILE.most
    except FileNotFoundError:
        return False


def checked(path: str, *, streamed: bool = False) -> os.stat_result:
    """What the system says of a file that can be read as a table, looked at before it is opened.

    Raises FileNotFoundError where there is none, DataUnavailable for what is no such file.
    """
    try:
        regular_file.check(path, most_of(streamed=streamed))
        status = os.stat(path)
    except FileNotFoundError:
        raise
    except IsADirectoryError as error:
        raise DataUnavailable(f"{path}: is a folder, not a CSV file") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = getattr(error, "strerror", None) or error
        if getattr(error, "errno", None) == errno.EFBIG:
            reason = f"{reason}; stream=100_000 leaves it on the disk and reads it in pieces"
        raise DataUnavailable(f"{path}: {reason}") from error
    if not status.st_size:
        raise DataUnavailable(f"{path}: the file is empty")
    return status


def head_of(path: str, *, streamed: bool = False) -> tuple[bytes, Format, Packing, bool]:
    """The first unpacked bytes of a file, what it is, how it is packed, whether that is all.

    Raises DataUnavailable for what is known to be no table.
    """
    try:
        limit = most_of(streamed=streamed)
        with regular_file.opened(path, limit) as file:
            head, is_all = _head(path, file)
        packing: Packing = next((name for magic, name in _PACKED if head.startswith(magic)), "")
        if packing:
            with unpacked(path, packing) as file:
                head, is_all = _head(path, file)
            _check_unpacked(path, packing, limit)
    except FileNotFoundError:
        raise
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or f"it can't be unpacked ({error})"
        raise DataUnavailable(f"{path}: {reason}") from error
    if not head:
        raise DataUnavailable(f"{path}: the file is empty")
    if head.startswith(b"PAR1"):
        return head, "parquet", packing, is_all
    if head.startswith((b"ARROW1", b"FEA1")):
        return head, "feather", packing, is_all
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise DataUnavailable(f"{path}: the file is {what}")
    return head, "csv", packing, is_all


def _head(path: str, file: IO[bytes]) -> tuple[bytes, bool]:
    """A stream's first bytes, whole lines if there are any, and whether they are all.

    Raises DataUnavailable for a line without an end.
    """
    head = file.read(HEAD_BYTES)
    if len(head) == HEAD_BYTES and b"\n" not in head[1:] and b"\r" not in head and 0 not in head:
        head += file.read(LINE.most + 1 - len(head))
        if len(head) > LINE.most and b"\n" not in head[1:]:
            raise DataUnavailable(f"{path}: a line has more than {LINE.amount(LINE.most)}")
    return head, not file.read(1)


def _check_unpacked(path: str, packing: Packing, limit: Limit) -> None:
    """Refuse what becomes larger than a table may be: a small file can be made to fill a disk."""
    size = 0
    with unpacked(path, packing) as file:
        while chunk := file.read(HEAD_BYTES):
            size += len(chunk)
            if size > limit.most:
                raise DataUnavailable(f"{path}: unpacked, it has {limit.refusal(size)}")


def unpacked(path: str, packing: Packing) -> IO[bytes]:
    """A file's bytes as they are without the packing."""
    from engine.parts.data.generators import table_cells

    return cast("IO[bytes]", table_cells.unpacked(path, packing))


class Watched:
    """A file whose bytes are counted while a library reads them."""

    def __init__(self, file: IO[bytes], told: Callable[[int], object]) -> None:
        """told: is given the bytes so far, after each read."""
        self._file = file
        self._told = told
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._done += len(content)
        self._told(self._done)
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


_told: Callable[[int], object] | None = None


def watch(told: Callable[[int], object]) -> None:
    """Tell from now on how much of a table this process has read, in each pass over it."""
    global _told
    _told = told


def watched(path: str, packing: Packing) -> Any:
    """As `unpacked`, told of to whoever watches; of a packed file nobody knows how much is left."""
    file = unpacked(path, packing)
    return file if _told is None or packing else Watched(file, _told)
