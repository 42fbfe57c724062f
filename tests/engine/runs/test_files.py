"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.runs.files import replace_bytes, replace_file


def _content(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    """The new content stands under the name, and nothing beside it."""
    replace_bytes(tmp_path / "a", b"1")
    replace_bytes(tmp_path / "a", b"2")
    assert _content(tmp_path) == {"a": b"2"}


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: BaseException
) -> None:
    """Half of the new file is written: the old one stays, the half goes, the error is told."""
    replace_bytes(tmp_path / "a", b"1")

    def write(beside: Path) -> None:
        beside.write_bytes(b"half of")
        raise error

    with pytest.raises(type(error)):
        replace_file(tmp_path / "a", write)
    assert _content(tmp_path) == {"a": b"1"}


def test_the_content_is_on_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the file is synced, then renamed, then its directory synced."""
    done: list[str] = []
    sync, rename = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append("sync " + Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        sync(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        done.append(f"rename to {target.name}")
        return rename(path, target)

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to see which file is synced")
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    replace_bytes(tmp_path / "a", b"1")
    assert done == [f"sync .a.{os.getpid()}.tmp", "rename to a", f"sync {tmp_path.name}"]
