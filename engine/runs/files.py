"""Writes files so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, fsync it, rename it, fsync the directory.

    write: puts the content at the path it is given. On any error the old file stays and
    the new one is removed; the error is raised on.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a small file whole, as replace_file does."""
    replace_file(path, lambda beside: beside.write_bytes(content))


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems can't; the rename itself has happened
    finally:
        os.close(descriptor)
