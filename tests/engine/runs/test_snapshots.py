"""The file of a run's snapshots is bounded, tells what is damaged, and forgets what counts not."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from engine.errors import BadCheckpoint, UsageError
from engine.runs.snapshots import Layout, Snapshots, SnapshotWriter, Taken, spacing_of

SLOT = 40 + 8 + 32
"""Bytes of one snapshot of two float32 numbers: head, numbers, digest."""


def _layout(room: int) -> Layout:
    return Layout(room * SLOT, (("model.w", "float32", (2,)),), {"input": {}})


def _taken(step: int, event: int = 1) -> Taken:
    return Taken(step, step // 2, event, step / 4)


def _written(folder: Path, steps: range, room: int = 100) -> SnapshotWriter:
    writer = SnapshotWriter(folder, _layout(room))
    for step in steps:
        writer.write([(_taken(step), bytes([step] * 8))])
    return writer


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Each snapshot comes back with its bytes, and when it was taken; before the first: no loss."""
    writer = SnapshotWriter(tmp_path, _layout(9))
    first = Taken(0, 0, 1, math.nan)
    writer.write([(first, b"before!!"), (_taken(7), memoryview(b"after 7!"))])
    read = Snapshots(tmp_path)
    assert [taken[:3] for taken in read.all_taken()] == [(0, 0, 1), (7, 3, 1)]
    assert math.isnan(read.read(0).taken.loss)
    found = read.read(7)
    assert (found.taken, found.content) == (_taken(7), b"after 7!")
    assert found.layout.same_tensors(_layout(1))


def test_a_full_file_is_thinned_by_halves(tmp_path: Path) -> None:
    """It never holds more than it has room for: every second one goes, the first one stays."""
    writer = _written(tmp_path, range(8), room=8)
    size = writer.path.stat().st_size
    assert writer.write([(_taken(8), bytes(8))]) == 1
    assert writer.steps == [0, 2, 4, 6, 8]
    writer.write([(_taken(step), bytes(8)) for step in (9, 10, 11, 12)])
    assert writer.steps == [0, 4, 8, 10, 12]
    assert writer.path.stat().st_size == size
    assert {0, 4, 8, 10, 12} <= {taken.step for taken in Snapshots(tmp_path).all_taken()}


def test_what_no_longer_counts_is_gone(tmp_path: Path) -> None:
    """After a way back neither later steps are there nor what a later event came before."""
    writer = SnapshotWriter(tmp_path, _layout(9))
    writer.write([(_taken(step, event), bytes(8)) for step, event in ((0, 1), (2, 1), (3, 4))])
    writer.write([(_taken(9, 1), bytes(8))])
    writer.cut(step=5, event=3)
    assert [taken.step for taken in Snapshots(tmp_path).all_taken()] == [0, 2]
    with pytest.raises(UsageError, match=r"no snapshot of step 9: the nearest are 2$"):
        Snapshots(tmp_path).read(9)


def test_a_damaged_snapshot_is_refused_alone(tmp_path: Path) -> None:
    """One changed bit of its weights, or of its head, costs that snapshot and no other."""
    path = _written(tmp_path, range(3)).path
    content = bytearray(path.read_bytes())
    start = content.index(b"\n") + 1
    content[start + 41] ^= 1  # of the weights after step 0
    content[start + SLOT + 3] ^= 1  # of the steps of the next one
    path.write_bytes(content)
    read = Snapshots(tmp_path)
    assert [taken.step for taken in read.all_taken()] == [0, 2]
    with pytest.raises(BadCheckpoint, match="the snapshot of step 0 is damaged"):
        read.read(0)
    assert read.read(2).content == bytes([2] * 8)


@pytest.mark.parametrize("line", [b"", b"{}\n", b"x" * 100, b'{"limit_bytes":1,"digest":"0"}\n'])
def test_a_file_that_is_none_is_refused(tmp_path: Path, line: bytes) -> None:
    """A foreign or damaged first line leaves nothing to read; a training begins the file anew."""
    path = _written(tmp_path, range(2)).path
    path.write_bytes(line)
    with pytest.raises(BadCheckpoint, match=str(path)):
        Snapshots(tmp_path).all_taken()
    writer = SnapshotWriter.reopened(tmp_path, _layout(5))
    assert writer is not None
    assert Snapshots(tmp_path).all_taken() == []


def test_a_torn_end_is_no_snapshot(tmp_path: Path) -> None:
    """A writer that was killed leaves a part of one: it is not there, and is written over."""
    writer = _written(tmp_path, range(3))
    with writer.path.open("r+b") as file:
        file.truncate(writer.path.stat().st_size - SLOT + 20)
    again = SnapshotWriter.reopened(tmp_path, _layout(1))
    assert again is not None
    assert (again.steps, again.layout.limit_bytes) == ([0, 1], 100 * SLOT)
    again.write([(_taken(5), b"and on!!")])
    assert Snapshots(tmp_path).read(5).content == b"and on!!"


def test_a_run_without_snapshots_goes_on_without(tmp_path: Path) -> None:
    """Where there is no file none is made, and none are found."""
    assert SnapshotWriter.reopened(tmp_path, _layout(5)) is None
    assert Snapshots(tmp_path).all_taken() == []
    with pytest.raises(UsageError, match="no snapshot of step 0; the run keeps none"):
        Snapshots(tmp_path).read(0)
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Where somebody put a link in its place, what that leads to stays as it is."""
    writer = _written(tmp_path, range(1))
    elsewhere = tmp_path / "elsewhere"
    writer.path.rename(elsewhere)
    before = elsewhere.read_bytes()
    writer.path.symlink_to(elsewhere)
    with pytest.raises(OSError, match="a link, which is not followed"):
        writer.write([(_taken(1), bytes(8))])
    assert elsewhere.read_bytes() == before


def test_how_sparse_it_is_shows_in_the_steps() -> None:
    """A resumed training goes on as sparse as the one before; the first 32 steps differ by one."""
    assert [spacing_of(steps, 32) for steps in ([], [0], [0, 1, 2, 64, 66], [0, 2, 4, 64, 68])] == [
        *(1, 1, 1, 2)
    ]
    assert spacing_of([0, 4, 8, 64, 72], 32) == 4
