"""Streamed images are decoded in the first epoch, and are the same ones in the next."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.parts.data import PictureFiles, picture_cache
from engine.parts.data.image_folder import ImageFolder
from engine.training.streaming import image_reader as module
from engine.training.streaming.image_reader import ImageReader
from engine.training.streaming.pieces import Pace
from tests.engine.training.streaming.folders import PER_CLASS, experiment_on, pictures_in
from tests.engine.training.streaming.test_same_numbers import _all_of, trainer_of
from tests.engine.training.tiny import NOWHERE

COUNT = 3 * PER_CLASS


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own; the trainer reads itself, so that it believes new files."""
    monkeypatch.setenv("PERCEPTUI_IMAGES_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "1")
    monkeypatch.setattr(picture_cache, "SETTLED_NS", -1)
    monkeypatch.setattr(module, "this_pace", lambda sample_bytes: Pace(0, 4, 0))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of pictures to be changed."""
    return pictures_in(tmp_path / "own")


def _files(folder: Path) -> PictureFiles:
    files = ImageFolder(str(folder), size=6).left_on_disk(NOWHERE).files
    assert files is not None
    return files


@pytest.fixture
def reader(own: Path) -> Iterator[ImageReader]:
    """A reader of 42 pictures, stopped afterwards."""
    found = ImageReader(_files(own), torch.device("cpu"), "")
    yield found
    found.stop()


def _epoch(reader: ImageReader, seed: int, size: int = 5) -> tuple[Tensor, Tensor]:
    order = torch.randperm(COUNT, generator=torch.Generator().manual_seed(seed))
    return order, torch.cat(list(reader.batches(torch.split(order, size))))


def test_the_second_epoch_opens_no_file(own: Path, reader: ImageReader) -> None:
    """Nor does the next training, of files that are as they were."""
    order, first = _epoch(reader, 1)
    files = _files(own)
    shutil.rmtree(own)
    again, second = _epoch(reader, 2, 7)
    assert torch.equal(second[again.argsort()], first[order.argsort()])
    next_one = ImageReader(files, torch.device("cpu"), "")
    assert torch.equal(_epoch(next_one, 1)[1], first)


def test_what_is_lacking_is_read_beside_what_is_there(own: Path, reader: ImageReader) -> None:
    """In batches that have both, one of them only, and a damaged one."""
    every = ImageFolder(str(own), size=6).load(NOWHERE).inputs
    cache = _files(own).cache
    assert cache is not None
    folder = cache.keeper._of[0]
    marks = np.frombuffer((folder / "marks").read_bytes(), np.int64).copy()
    marks[::3] = 0
    marks[1] += 1
    marks[20:40] = 0
    (folder / "marks").write_bytes(marks.tobytes())
    parts = torch.split(torch.arange(COUNT), [1, 1, 8, 20, 12])
    for _ in range(2):
        found = list(reader.batches(parts))
        assert [len(part) for part in found] == [1, 1, 8, 20, 12]
        assert torch.equal(torch.cat(found), every)
    assert torch.equal(reader.rows(torch.tensor([1, 0])), every[[1, 0]])


def test_reading_ahead_changes_nothing(
    own: Path, reader: ImageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of images that the memory won't hold the system is told what comes."""
    _, first = _epoch(reader, 1)
    assert reader._cached is not None
    monkeypatch.setattr(reader._cached, "_fits", False)
    assert torch.equal(_epoch(reader, 1)[1], first)


def test_processes_keep_what_they_read(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And are ended once nothing is left to read."""
    monkeypatch.setattr(module, "this_pace", lambda sample_bytes: Pace(1, 8, 2))
    reader = ImageReader(_files(own), torch.device("cpu"), "")
    _, first = _epoch(reader, 1)
    assert multiprocessing.active_children()
    assert torch.equal(_epoch(reader, 1)[1], first)
    assert multiprocessing.active_children() == []


def test_a_training_is_the_same_with_a_cache(own: Path) -> None:
    """Whatever it says: with nothing in it, with all in it, and where images are in memory."""
    experiment = experiment_on(own)
    found = []
    for share in ("0", "0", "1"):
        with trainer_of(experiment, share) as trainer:
            found.append(_all_of(trainer, looked_at=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "0")
        with trainer_of(experiment, "1") as trainer:
            found.append(_all_of(trainer, looked_at=True))
    assert all(one == found[0] for one in found)
