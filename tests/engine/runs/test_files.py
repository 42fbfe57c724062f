"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runs.files import LEFTOVER, appender, replace_bytes, replace_file


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
    assert done == ["sync new", "rename to a", f"sync {tmp_path.name}"]


@pytest.fixture(params=[0o022, 0o027, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """What a person lets others do."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_a_file_has_the_mode_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    """Whatever its writer gave it, and whatever the file had that it replaces."""

    def write(beside: Path) -> None:
        beside.unlink()  # as safetensors does, whose files are 0600
        beside.touch(0o600)

    replace_file(tmp_path / "a", write)
    replace_bytes(tmp_path / "b", b"1")
    (tmp_path / "b").chmod(0o600)
    replace_bytes(tmp_path / "b", b"2")
    os.close(appender(tmp_path / "c"))
    assert [_mode(tmp_path / name) for name in "abc"] == [0o666 & ~umask] * 3


def test_a_mode_is_kept_where_that_is_asked_for(tmp_path: Path, umask: int) -> None:
    """A person's own file stays as closed, or as open, as they made it."""
    for name, mode in (("a", 0o600), ("b", 0o755)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
        replace_bytes(tmp_path / name, b"2", keep_mode=True)
        assert _mode(tmp_path / name) == mode
    replace_bytes(tmp_path / "new", b"2", keep_mode=True)
    assert _mode(tmp_path / "new") == 0o666 & ~umask


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link under the file's name is replaced, one under the name of the passage is passed by."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    names = iter(["aaaaaaaa", "aaaaaaaa", "bbbbbbbb"])
    monkeypatch.setattr(tempfile, "_get_candidate_names", lambda: names)
    (tmp_path / ".perceptui-aaaaaaaa.tmp").symlink_to(victim)
    (tmp_path / "a").symlink_to(victim)
    replace_bytes(tmp_path / "a", b"1")
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "a").is_symlink()
    assert (tmp_path / "a").read_bytes() == b"1"


def test_the_name_beside_can_not_be_known_and_nobody_else_gets_in(tmp_path: Path) -> None:
    """It is drawn anew for each file, in a folder of mode 0700, and known as a leftover."""
    seen = []

    def write(beside: Path) -> None:
        assert _mode(beside.parent) == 0o700
        assert LEFTOVER.fullmatch(beside.parent.name)
        seen.append(beside.parent.name)

    for _ in range(8):
        replace_file(tmp_path / "a", write)
    assert len(set(seen)) == 8


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    """The name beside is no longer than the file's own."""
    replace_bytes(tmp_path / ("x" * 255), b"1")
    assert _content(tmp_path) == {"x" * 255: b"1"}


def test_only_a_regular_file_is_appended_to(tmp_path: Path) -> None:
    """A link, a folder and a FIFO that nobody reads are refused, and nothing waits."""
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for name, reason in (("link", "a link"), ("folder", "directory"), ("fifo", "not a regular")):
        with pytest.raises(OSError, match=reason):
            appender(tmp_path / name)
    assert (tmp_path / "victim").read_bytes() == b"mine"
