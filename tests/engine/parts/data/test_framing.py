"""A new picture is put into its frame as those of the data set are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from engine.parts.data.framing import MNIST_FRAMING, Framing, framed
from engine.parts.data.new_picture import light_on_dark

if TYPE_CHECKING:
    from engine.parts.data.framing import Gray

MNIST_SHAPE = (1, 28, 28)


def canvas(rows: int, columns: int, *blocks: tuple[slice, slice]) -> Gray:
    """Ink in a few rectangles of an empty picture."""
    ink = np.zeros((rows, columns), np.uint8)
    for block in blocks:
        ink[block] = 255
    return ink


def bounds(picture: Gray) -> tuple[int, int, int, int]:
    """First and last row, first and last column with ink."""
    rows, columns = np.flatnonzero(picture.max(1)), np.flatnonzero(picture.max(0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@pytest.mark.parametrize("scale", [1, 5])
def test_the_longer_side_becomes_twenty_pixels(scale: int) -> None:
    """Wherever it stood and however large: proportions are kept."""
    ink = canvas(60 * scale, 50 * scale, (slice(scale, 11 * scale), slice(0, 4 * scale)))
    picture = framed(ink, MNIST_SHAPE, MNIST_FRAMING)
    assert bounds(picture) == (4, 23, 10, 17)
    assert picture.shape == (28, 28)


def test_the_center_of_mass_is_put_in_the_middle() -> None:
    """Pixel 14, as in MNIST's own files; not the middle of what is drawn."""
    heavy_top = canvas(20, 20, (slice(0, 4), slice(0, 20)), (slice(4, 20), slice(8, 12)))
    picture = framed(heavy_top, MNIST_SHAPE, MNIST_FRAMING).astype(float)
    middle = picture.sum(1) @ np.arange(28) / picture.sum()
    assert abs(middle - 14) <= 0.5
    assert bounds(framed(heavy_top, MNIST_SHAPE, MNIST_FRAMING))[:2] == (8, 27)
    by_box = framed(heavy_top, MNIST_SHAPE, Framing(box=20 / 28, by_mass=False))
    assert bounds(by_box) == (4, 23, 4, 23)


def test_what_is_framed_already_stays_as_it_is() -> None:
    """To the pixel."""
    ink = canvas(28, 28, (slice(4, 24), slice(12, 17)))
    assert (framed(ink, MNIST_SHAPE, MNIST_FRAMING) == ink).all()


def test_small_pictures_are_filled() -> None:
    """As scikit-learn's digits are, and those of nothing stay empty."""
    full = Framing(box=1.0, by_mass=False)
    ink = canvas(32, 32, (slice(8, 24), slice(4, 12)))
    assert bounds(framed(ink, (1, 8, 8), full)) == (0, 7, 2, 5)
    assert not framed(canvas(32, 32), (1, 8, 8), full).any()
    assert framed(canvas(9, 9, (slice(4, 5), slice(4, 5))), (1, 8, 8), full).all()


def test_the_grain_of_paper_is_no_ink() -> None:
    """What is much paler than the stroke does not count for its size."""
    ink = canvas(40, 40, (slice(10, 30), slice(18, 22)))
    ink[0, 0] = 20
    assert bounds(framed(ink, MNIST_SHAPE, MNIST_FRAMING)) == (4, 23, 12, 15)


@pytest.mark.parametrize(
    ("mode", "ground", "stroke", "inverted"),
    [
        ("L", 255, 0, True),
        ("L", 0, 255, False),
        ("1", 1, 0, True),
        ("RGB", (250, 240, 230), (10, 20, 90), True),
        ("RGBA", (0, 0, 0, 0), (0, 0, 0, 255), True),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255, 255), False),
        ("I;16", 65535, 0, True),
    ],
)
def test_the_border_decides_what_is_ground(
    tmp_path: Path, mode: str, ground: object, stroke: object, inverted: bool
) -> None:
    """Ink is light in the end; what is transparent is ground that suits the ink."""
    image = Image.new(mode, (9, 7), ground)  # type: ignore[arg-type]  # each mode has its own
    for y in range(1, 6):
        image.putpixel((4, y), stroke)  # type: ignore[arg-type]  # each mode has its own
    image.save(tmp_path / "one.png")
    ink, was_inverted = light_on_dark(tmp_path / "one.png")
    assert was_inverted is inverted
    assert ink.shape == (7, 9)
    assert int(ink[3, 4]) - int(ink[0, 0]) > 150
    assert int(ink[0, 0]) < 30
