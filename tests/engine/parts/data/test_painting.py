"""One picture as data: where a pixel lies, and its color."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.errors import DataUnavailable
from engine.parts.data.painting import Flower, Picture
from tests.engine.parts.data.made import NOWHERE, made, same, scripted


def _picture(path: Path, width: int = 3, height: int = 2) -> Path:
    """Red but for a blue pixel at the lower right."""
    image = Image.new("RGB", (width, height), (255, 0, 0))
    image.putpixel((width - 1, height - 1), (0, 0, 255))
    image.save(path)
    return path


def test_a_pixel_is_a_sample(tmp_path: Path) -> None:
    """Places go row by row from the upper left, colors are shares of white."""
    data = made(Picture(str(_picture(tmp_path / "a.png")), size=(2, 3)))
    assert data.inputs.tolist() == [[-1, 1], [0, 1], [1, 1], [-1, -1], [0, -1], [1, -1]]
    assert data.targets.tolist() == [[1, 0, 0]] * 5 + [[0, 0, 1]]
    assert data.facts.painting == (2, 3)
    assert data.facts.target_names == ("red", "green", "blue")
    gray = made(Picture(str(tmp_path / "a.png"), size=(2, 3), color="gray"))
    assert gray.targets.tolist() == [[pytest.approx(76 / 255)]] * 5 + [[pytest.approx(29 / 255)]]
    assert gray.facts.target_names == ("brightness",)


def test_one_number_is_the_longer_side(tmp_path: Path) -> None:
    """The other side follows, also of a picture that its camera noted to be turned."""
    path = _picture(tmp_path / "wide.png", 40, 10)
    assert Picture(str(path), size=20).sizes() == (5, 20)
    turned, noted = Image.open(path), Image.Exif()
    noted[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=noted)
    assert Picture(str(tmp_path / "turned.png"), size=20).sizes() == (20, 5)
    assert made(Picture(str(tmp_path / "turned.png"), size=20)).facts.painting == (20, 5)


def test_the_printed_generator_reads_the_same(tmp_path: Path) -> None:
    """The generator's source, run alone, makes the same tensors."""
    data = Picture(str(_picture(tmp_path / "a.png")), size=4)
    inputs, targets = scripted(data.generator(NOWHERE))
    assert same(inputs, made(data).inputs)
    assert same(targets, made(data).targets)


def test_the_flower_has_the_size_that_is_asked_for() -> None:
    """Its colors are shares, and it draws no random number."""
    data = made(Flower((10, 14)))
    assert data.targets.shape == (140, 3)
    assert 0 <= data.targets.min() < data.targets.max() <= 1
    assert torch.equal(data.targets, made(Flower((10, 14)), 3).targets)


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    """A text, a folder, a pipe, half a picture: one sentence each; an absent one is unknown."""
    (tmp_path / "notes.png").write_text("no picture")
    os.mkfifo(tmp_path / "pipe.png")
    whole = _picture(tmp_path / "whole.png", 60, 60).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    told = {
        "notes.png": "not a picture",
        ".": "Is a directory",
        "pipe.png": "it is a named pipe, not a file that can be read",
        "half.png": "",
    }
    for name, reason in told.items():
        for size in (8, (8, 8)):
            with pytest.raises(DataUnavailable, match=f"can't be read: {reason}"):
                Picture(str(tmp_path / name), size=size).look()
    assert Picture(str(tmp_path / "absent.png")).facts() is None
    assert "must be a color" in Picture("a.png", background="nocolor").complaint()
    assert "must name" in Picture("").complaint()
