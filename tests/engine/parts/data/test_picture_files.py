"""Pictures as cameras, microscopes and drawing programs write them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import DataUnavailable
from engine.parts.data.image_folder import ImageFolder
from tests.engine.parts.data.made import NOWHERE, made, same, scripted

_FILTERS: tuple[Literal["bicubic", "bilinear"], ...] = ("bicubic", "bilinear")


def _saved(folder: Path, *pictures: Image.Image, ending: str = "png", exif: bytes = b"") -> str:
    """Two classes, each with the same pictures; the folder's path."""
    for name in ("a", "b"):
        (folder / name).mkdir()
        for number, picture in enumerate(pictures):
            picture.save(folder / name / f"{number}.{ending}", exif=exif)
    return str(folder)


def _first(data: ImageFolder) -> list[list[list[int]]]:
    """The first picture's numbers, the script's being the same."""
    read = made(data).inputs
    assert same(read, scripted(data.generator(NOWHERE))[0])
    pixels: list[list[list[int]]] = read[0].tolist()
    return pixels


def test_a_picture_stands_as_its_camera_noted(tmp_path: Path) -> None:
    """Turned by EXIF's 6, the left column of a picture becomes the upper row."""
    picture = Image.fromarray(np.array([[10, 20], [30, 40]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = _saved(tmp_path, picture, picture, exif=exif.tobytes())
    assert _first(ImageFolder(path, size=2, color="gray")) == [[[30, 10], [40, 20]]]


def test_sixteen_bits_are_divided_by_257(tmp_path: Path) -> None:
    """Neither clipped nor cut: 65,535 becomes 255, and 128 rounds to 0, 129 to 1."""
    deep = Image.fromarray(np.array([[0, 128, 129, 32896, 65535]], np.uint16))
    assert deep.mode == "I;16"
    path = _saved(tmp_path, deep, deep)
    data = ImageFolder(path, size=(1, 5), color="gray", resize="nearest")
    assert _first(data) == [[[0, 0, 1, 128, 255]]]


def test_twelve_bits_and_wider_numbers_have_a_white_of_their_own(tmp_path: Path) -> None:
    """white=4095 makes a microscope's brightest number 255; what is beyond is refused by name."""
    deep = Image.fromarray(np.array([[0, 2048, 4095]], np.int32))
    path = _saved(tmp_path, deep, deep, ending="tif")
    data = ImageFolder(path, size=(1, 3), color="gray", resize="nearest", white=4095)
    assert _first(data) == [[[0, 128, 255]]]
    with pytest.raises(DataUnavailable) as raised:
        ImageFolder(path, white=4000).load(NOWHERE)
    assert str(raised.value) == (
        f"{path}: a/0.tif can't be read: its values (from 0 to 4095) are not from 0 to white=4000"
    )


def test_floats_are_from_0_to_1(tmp_path: Path) -> None:
    """One half becomes 128; a NaN and a negative number are refused by name."""
    picture = Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32))
    path = _saved(tmp_path, picture, picture, ending="tiff")
    data = ImageFolder(path, size=(1, 3), color="gray", resize="nearest")
    assert _first(data) == [[[0, 128, 255]]]
    for value, said in ((np.nan, "not all are numbers"), (-1.0, "from -1 to 0.5")):
        Image.fromarray(np.array([[value, 0.5]], np.float32)).save(tmp_path / "b" / "1.tiff")
        with pytest.raises(DataUnavailable, match=rf"b/1\.tiff can't be read: .*\({said}\)"):
            data.load(NOWHERE)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_pictures_lie_on_a_color(tmp_path: Path, mode: str) -> None:
    """Black on nothing is black on white, or on what background names; half of it is gray."""
    picture = Image.fromarray(np.array([[[0, 0, 0, 255], [0, 0, 0, 0]]], np.uint8))
    picture = picture.convert(mode)
    path = _saved(tmp_path, picture, picture)
    data = ImageFolder(path, size=(1, 2), resize="nearest")
    assert _first(data) == [[[0, 255]]] * 3
    data = ImageFolder(path, size=(1, 2), resize="nearest", background="#ff8000")
    assert _first(data) == [[[0, 255]], [[0, 128]], [[0, 0]]]


def test_a_background_that_is_no_color_is_refused() -> None:
    """So is one that is transparent itself."""
    for color in ("whyte", "#00000000"):
        assert ImageFolder("x", background=color).complaint() == (
            f'background must be a color like "white" or "#ff8800", not {color!r}'
        )


def test_the_filter_and_the_crop_can_be_chosen(tmp_path: Path) -> None:
    """Of four columns the two in the middle are left, or all are drawn together."""
    picture = Image.fromarray(np.array([[0, 100, 200, 40], [0, 100, 200, 40]], np.uint8))
    path = _saved(tmp_path, picture, picture)
    cropped = ImageFolder(path, size=2, color="gray", crop=True, resize="nearest")
    assert _first(cropped) == [[[100, 200]] * 2]
    boxed = ImageFolder(path, size=2, color="gray", resize="box")
    assert _first(boxed) == [[[50, 120]] * 2]
    read = {
        resize: made(ImageFolder(path, size=2, color="gray", resize=resize)).inputs
        for resize in _FILTERS
    }
    assert not torch.equal(read["bicubic"], read["bilinear"])
