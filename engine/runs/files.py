"""Writes files so that a reader sees the old one or the new one, never half of one.

Everything is written in a private folder of a random name beside its place, and renamed: no
link that somebody planted is followed, and nobody can know the name beforehand.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

_BEGINNING, _END = ".perceptui-", ".tmp"
LEFTOVER = re.compile(r"\.perceptui-[a-z0-9_]{8}\.tmp")
"""The name of a folder that a writer who was killed leaves."""

Put = Callable[[Path, Callable[[Path], object]], None]
"""Writes a file: at its path, by a function that puts the content at the path it is given."""


def replace_file(
    path: Path,
    write: Callable[[Path], object],
    *,
    keep_mode: bool = False,
    is_durable: bool = True,
) -> None:
    """Write a file beside its place, fsync it, rename it, fsync the directory.

    write: puts the content at the path it is given. keep_mode: who may read and write the
    file stays as it was; else, and for a new file, it is what the umask leaves. is_durable:
    False for what is worth nothing after a crash of the machine, and is not fsynced.
    On any error the old file stays and the new one is removed; the error is raised on.
    """
    folder = Path(tempfile.mkdtemp(_END, _BEGINNING, path.parent))
    try:
        beside = folder / "new"
        mode = _made(beside)
        if keep_mode and path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
        write(beside)
        _settle(beside, mode, is_durable)
        beside.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if is_durable:
        _sync_directory(path.parent)


def create_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that is not there yet straight into its place, without waiting for the disk.

    For a folder that was just made and that nobody reads: half a file remains of a writer who was
    killed. Raises OSError, FileExistsError where something is there.
    """
    _made(path)
    write(path)


def replace_bytes(
    path: Path, content: bytes, *, keep_mode: bool = False, is_durable: bool = True
) -> None:
    """Write a small file whole, as replace_file does."""
    replace_file(
        path,
        lambda beside: beside.write_bytes(content),
        keep_mode=keep_mode,
        is_durable=is_durable,
    )


def replace_lines(path: Path, lines: Iterable[bytes], *, keep_mode: bool = False) -> None:
    """Write a file of many lines whole, as replace_file does, as they are made."""

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            file.writelines(lines)

    replace_file(path, write, keep_mode=keep_mode)


def appender(path: Path) -> int:
    """A descriptor to append to a file, which is made if need be, and to read it.

    Raises OSError, also for a link and for anything that is not a regular file.
    """
    return _opened(path, os.O_APPEND | os.O_CREAT)


def rewriter(path: Path) -> int:
    """A descriptor to write into places of a file that is there, and to read it.

    Raises OSError as `appender` does.
    """
    return _opened(path, 0)


def _opened(path: Path, flags: int) -> int:
    # O_NONBLOCK: a FIFO would wait for somebody at its other end.
    flags |= os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "a link, which is not followed", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


def _made(path: Path) -> int:
    """Make an empty file; returns the mode that the umask leaves it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        return stat.S_IMODE(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)


def _settle(path: Path, mode: int, is_durable: bool) -> None:
    """Give the file its mode, whatever its writer gave it, and put it on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
            os.fchmod(descriptor, mode)
        if is_durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems can't; the rename itself has happened
    finally:
        os.close(descriptor)
