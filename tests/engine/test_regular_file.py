"""Files of a person's: opened only where they are files, and no longer than they may be."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine import regular_file
from engine.limits import Limit

SMALL = Limit("a test's file", 10, "bytes", "It is short.")
LINE = Limit("a test's line", 4, "bytes", "It is shorter.")


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Up to exactly its limit."""
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert regular_file.contents(path, SMALL) == b"0123456789"
    assert regular_file.check(path, SMALL) == 10


def test_a_longer_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """Before it is read, with both sizes."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(1_500_000_000_000)
    with pytest.raises(OSError, match=r"has 1\.5 TB, more than the 10 that are taken"):
        regular_file.contents(path, SMALL)


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    """Lines are counted with their ends; one at its limit passes."""
    path = tmp_path / "file"
    path.write_bytes(b"012\n012\n")
    assert regular_file.contents(path, SMALL, LINE) == b"012\n012\n"
    path.write_bytes(b"01234")
    with pytest.raises(OSError, match="a line has more than 4 bytes"):
        regular_file.contents(path, SMALL, LINE)


@pytest.mark.parametrize("kind", ["pipe", "device", "socket", "link"])
def test_nothing_else_is_opened(tmp_path: Path, kind: str) -> None:
    """A pipe does not hang, a device is not read, also behind a link; each is named."""
    path = tmp_path / "it"
    if kind == "device":
        path = Path("/dev/zero")
    elif kind == "socket":
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.close()
    else:
        os.mkfifo(path)
    if kind == "link":
        (tmp_path / "link").symlink_to(path)
        path = tmp_path / "link"
    named = {"device": "a device", "socket": "a socket"}.get(kind, "a named pipe")
    with pytest.raises(OSError, match=f"it is {named}, not a file that can be read"):
        regular_file.opened(path)


def test_a_folder_is_a_folder(tmp_path: Path) -> None:
    """As reading one has always been."""
    with pytest.raises(IsADirectoryError):
        regular_file.contents(tmp_path, SMALL)
