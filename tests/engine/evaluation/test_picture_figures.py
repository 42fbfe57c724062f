"""What tells pictures of one origin from those of another."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.drift import drift
from engine.evaluation.picture_figures import picture_columns


def test_a_gray_picture_has_three_figures() -> None:
    """Half black and half white: its mean, its deviation, and one step in each row."""
    picture = np.zeros((1, 1, 2, 4))
    picture[..., 2:] = 1
    found = {one.name: float(one.values[0]) for one in picture_columns(picture)}
    assert found == {"brightness": 0.5, "contrast": 0.5, "sharpness": pytest.approx(1 / 6)}


def test_a_colored_one_has_the_parts_of_its_colors() -> None:
    """Of the whole light."""
    picture = np.zeros((1, 3, 2, 2))
    picture[:, 0], picture[:, 1] = 0.6, 0.2
    found = {one.name: float(one.values[0]) for one in picture_columns(picture)}
    parts = [found["red"], found["green"], found["blue"]]
    assert parts == [pytest.approx(0.75), pytest.approx(0.25), 0.0]


def test_darker_pictures_come_from_elsewhere() -> None:
    """The figure that moved stands first."""
    images = np.random.default_rng(0).random((40, 1, 8, 8))
    first = drift(picture_columns(images), picture_columns(images * 0.5))[0]
    assert first.column in ("brightness", "contrast", "sharpness")
    assert (first.distance, first.chance < 1e-9) == (1.0, True)
