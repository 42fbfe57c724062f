"""Reading ahead: what is broken is named, and no process stays."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.errors import DataUnavailable, PerceptuiError
from engine.parts.data.image_folder import ImageFolder
from engine.training.streaming import image_reader as module
from engine.training.streaming.image_reader import ImageReader
from engine.training.streaming.pieces import Pace
from engine.training.streaming.reading_process import SIGNALS, begin
from tests.engine.training.tiny import NOWHERE

CPU = torch.device("cpu")


def _reader(folder: Path) -> ImageReader:
    files = ImageFolder(str(folder), size=6).left_on_disk(NOWHERE).files
    assert files is not None
    return ImageReader(files, CPU, "")


@pytest.fixture
def reader(folder: Path) -> Iterator[ImageReader]:
    """A reader of 42 pictures, stopped afterwards."""
    reader = _reader(folder)
    yield reader
    reader.stop()


def test_images_come_in_the_order_that_is_asked_for(folder: Path, reader: ImageReader) -> None:
    """In parts of any size, each a fresh tensor; another order ends the one before."""
    every = ImageFolder(str(folder), size=6).load(NOWHERE).inputs
    order = torch.randperm(42, generator=torch.Generator().manual_seed(1))
    parts = torch.split(order, [1, 30, 11])
    before = reader.batches(parts)
    assert torch.equal(next(before), every[parts[0]])
    found = list(reader.batches(parts))
    assert not reader.is_newest(before)
    assert [len(part) for part in found] == [1, 30, 11]
    assert torch.equal(torch.cat(found), every[order])
    assert torch.equal(reader.rows(order[:5]), every[order[:5]])
    assert reader.rows(order[:5]) is reader.rows(order[:5])


def test_processes_end_when_they_are_stopped_and_start_again(reader: ImageReader) -> None:
    """In the middle of what they read, too; they ignore the signals that the trainer sees to."""
    parts = torch.split(torch.arange(42), 6)
    for _ in range(2):
        next(reader.batches(parts))
        processes = multiprocessing.active_children()
        assert processes
        for process in processes:
            assert process.pid is not None
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(process.pid, number)
        assert sum(len(batch) for batch in reader.batches(parts)) == 42
        reader.stop()
        assert multiprocessing.active_children() == []


def _hit_before_it_begins(number: int) -> None:
    """What a signal to every process of a session does to one that has just started."""
    for sent in SIGNALS:
        os.kill(os.getpid(), sent)
    begin(number)


@pytest.mark.parametrize("method", ["forkserver", pytest.param("spawn", marks=pytest.mark.rare)])
def test_a_signal_while_a_process_starts_does_not_end_it(
    reader: ImageReader, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """However early it comes: the trainer alone sees to signals."""
    monkeypatch.setattr(module, "METHOD", method)
    monkeypatch.setattr(module, "begin", _hit_before_it_begins)
    parts = torch.split(torch.arange(42), 6)
    assert sum(len(batch) for batch in reader.batches(parts)) == 42


def test_a_killed_process_is_told(folder: Path, reader: ImageReader) -> None:
    """As an error that names the folder, not as a hang; then none is left."""
    parts = torch.split(torch.arange(42), 6)
    next(reader.batches(parts))
    for process in multiprocessing.active_children():
        process.kill()
    with pytest.raises(PerceptuiError, match=f"{folder}: a process that reads the images ended"):
        list(reader.batches(parts))
    assert multiprocessing.active_children() == []


def test_without_shared_memory_the_trainer_reads_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same images, and no process."""
    monkeypatch.setattr(module, "this_pace", lambda sample_bytes: Pace(0, 4, 0))
    reader = _reader(folder)
    found = torch.cat(list(reader.batches(torch.split(torch.arange(42), 5))))
    assert multiprocessing.active_children() == []
    assert torch.equal(found, ImageFolder(str(folder), size=6).load(NOWHERE).inputs)
    reader.stop()


@pytest.mark.parametrize("processes", [0, 1])
def test_a_picture_that_breaks_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    """One that is gone, one that is no picture, and one that is cut off, each in its turn."""
    monkeypatch.setattr(module, "this_pace", lambda size: Pace(processes, 4, 2 * processes))
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    reader = _reader(copy)
    (copy / "cats" / "03.png").unlink()
    (copy / "dogs" / "05.png").write_text("no picture")
    whole = (copy / "owls" / "06.png").read_bytes()
    (copy / "owls" / "06.png").write_bytes(whole[: len(whole) // 2])
    for number, reason in (
        (3, r"cats/03\.png can't be read: No such file or directory"),
        (14 + 5, r"dogs/05\.png can't be read: not a picture"),
        (28 + 6, r"owls/06\.png can't be read: .*trunc"),
    ):
        with pytest.raises(DataUnavailable, match=f"{copy}: {reason}"):
            list(reader.batches([torch.tensor([0, number, 1])]))
    assert len(next(reader.batches([torch.arange(3)]))) == 3
    reader.stop()
