"""What decides whether images are kept in memory, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import BadExperiment, UsageError
from engine.limits import in_bytes
from engine.parts.data.image_folder import ImageFolder
from engine.training.streaming import choice
from engine.training.streaming.choice import loaded
from tests.engine.training.streaming.folders import CLASSES, PER_CLASS
from tests.engine.training.tiny import NOWHERE, small

NUM_BYTES = len(CLASSES) * PER_CLASS * 3 * 6 * 6
CPU = torch.device("cpu")


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes of memory are free: the last number of the list."""
    room = [NUM_BYTES * 4]
    monkeypatch.setattr(choice, "available_bytes", lambda device: room[-1])
    monkeypatch.delenv("PERCEPTUI_DATA_SHARE", raising=False)
    return room


def _is_streamed(folder: Path) -> bool:
    data, reader = loaded(ImageFolder(str(folder), size=6), NOWHERE, CPU)
    assert data.inputs.is_meta == (reader is not None)
    return reader is not None


def test_a_quarter_of_the_free_memory_may_be_filled(
    folder: Path, free: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, by the number of files and the size they become; or another share."""
    assert not _is_streamed(folder)
    free.append(NUM_BYTES * 4 - 1)
    assert _is_streamed(folder)
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0.5")
    assert not _is_streamed(folder)


def test_no_picture_is_opened_to_decide(
    free: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are no pictures are found out only when they are used."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0")
    for label in "ab":
        (tmp_path / label).mkdir()
        for n in range(2):
            (tmp_path / label / f"{n}.png").write_text("not a picture")
    assert _is_streamed(tmp_path)


def test_the_reason_is_told(folder: Path, free: list[int]) -> None:
    """How much there is of both, and the share."""
    free.append(10_000)
    _, reader = loaded(ImageFolder(str(folder), size=6), NOWHERE, CPU)
    assert reader is not None
    assert reader.reason == (
        "4.5 kB of images, more than 25% of the 10 kB of memory free: streamed from the disk"
    )


def test_a_batch_that_does_not_fit_is_refused(folder: Path, free: list[int]) -> None:
    """All images at once, as the default asks, take their bytes and four times as many floats."""
    data = ImageFolder(str(folder), size=6)
    free.append(NUM_BYTES * 3)
    loaded(data, NOWHERE, CPU, 25)
    for size, shown in (("full", '"full"'), (26, "26")):
        with pytest.raises(BadExperiment) as refused:
            loaded(data, NOWHERE, CPU, size)  # type: ignore[arg-type]  # one of the two
        assert str(refused.value).startswith(f"batch_size: {shown} takes ")
        assert "give a smaller number" in str(refused.value)


@pytest.mark.parametrize("text", ["half", "-0.1", "1.5", "nan"])
def test_a_share_that_is_none_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Only 0 to 1 is a share; it is named with what is right."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", text)
    with pytest.raises(UsageError, match=f'PERCEPTUI_DATA_SHARE: "{text}" is not a number from 0'):
        _is_streamed(folder)


def test_other_data_is_always_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a folder of images can be streamed."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0")
    assert loaded(small().data, NOWHERE, CPU)[1] is None


def test_bytes_are_rounded_for_people() -> None:
    """Two digits or three, and the unit."""
    counts = [0, 999, 1_000, 9_940, 9_960, 999_400, 999_600, 120_000_000_000]
    assert [in_bytes(count) for count in counts] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "9.9 kB",
        "10 kB",
        "999 kB",
        "1.0 MB",
        "120 GB",
    ]
