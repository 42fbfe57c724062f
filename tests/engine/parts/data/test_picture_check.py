"""What of many pictures is looked at before a training."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.parts.data import picture_check
from engine.parts.data.generators import picture_image
from engine.parts.data.image_folder import ImageFolder
from engine.parts.data.picture_check import checked_in_words, first_broken, num_decoded

READING = ImageFolder("x", size=2).reading()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A picture of each of three formats, of which only two have an end that is known."""
    files = [tmp_path / name for name in ("a.png", "b.jpg", "c.bmp")]
    for file in files:
        Image.new("L", (8, 8), 90).save(file)
    return files


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are decoded."""
    names: list[str] = []
    whole = picture_image.opened_picture

    def noted(file: Path, **reading: Any) -> Image.Image:
        names.append(file.name)
        return whole(file, **reading)

    monkeypatch.setattr(picture_image, "opened_picture", noted)
    return names


def _broken(files: list[Path]) -> str:
    found = first_broken(files, [file.stat().st_size for file in files], READING)
    return found[0].name if found else ""


def test_small_sets_are_decoded_once(files: list[Path], opened: list[str]) -> None:
    """Whoever looks again before anything has changed opens nothing; a new time is a change."""
    assert [_broken(files), _broken(files)] == ["", ""]
    assert opened == ["a.png", "b.jpg", "c.bmp"]
    os.utime(files[1], ns=(1, 1))
    assert _broken(files) == ""
    assert opened == ["a.png", "b.jpg", "c.bmp"] * 2


def test_of_many_the_ends_are_read(
    files: list[Path], opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what has no known end is decoded; one that is cut off, or no picture, is found."""
    monkeypatch.setattr(picture_check, "DECODED_BYTES", 0)
    assert _broken(files) == ""
    assert opened == ["c.bmp"]
    whole = files[0].read_bytes()
    files[0].write_bytes(whole[:-24])
    assert _broken(files) == "a.png"
    files[0].write_bytes(whole)
    files[1].write_text("no picture")
    assert _broken(files) == "b.jpg"


def test_what_is_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many decoded, and of how many others the ends are read."""
    monkeypatch.setattr(picture_check, "DECODED_BYTES", 25)
    monkeypatch.setattr(picture_check, "MOST_GLANCED_AT", 4)
    assert checked_in_words([10, 10]) == ""
    assert num_decoded([10, 10, 10, 10]) == 2
    assert checked_in_words([10] * 4) == (
        "before the training 2 of 4 pictures are decoded, of the others the beginning and the end "
        "are read"
    )
    assert "of one in 2 of the others" in checked_in_words([10] * 10)
