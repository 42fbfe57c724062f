"""How much memory is found free."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import memory


def test_it_is_what_this_machine_has_at_most() -> None:
    """More than nothing, and no more than its memory."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < memory.free_bytes() <= whole


@pytest.mark.parametrize("version", [1, 2])
def test_each_group_above_leaves_its_room(tmp_path: Path, version: int) -> None:
    """The limit less what is used, of which the unused files can be had back; no limit, no room."""
    limit, used, files = memory._V1 if version == 1 else memory._V2
    group = tmp_path / "jobs" / "mine"
    group.mkdir(parents=True)
    (group / limit).write_text("5000\n")
    (group / used).write_text("3000\n")
    (group / "memory.stat").write_text(f"anon 10\n{files} 700\n")
    (tmp_path / "jobs" / limit).write_text("max\n")
    assert list(memory._rooms(tmp_path, "/jobs/mine", (limit, used, files))) == [2700]
    assert list(memory._rooms(tmp_path, "/jobs/elsewhere", (limit, used, files))) == []


def test_the_group_of_a_container_is_the_root(tmp_path: Path) -> None:
    """The path that the kernel tells is not there; its limit is found at the top."""
    for name, content in zip(memory._V2, ("9000", "1000", ""), strict=True):
        (tmp_path / name).write_text(content)
    (tmp_path / "memory.stat").write_text("inactive_file 0\n")
    assert list(memory._rooms(tmp_path, "/docker/abc", memory._V2)) == [8000]
