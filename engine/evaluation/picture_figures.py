"""What tells pictures of one origin from those of another, a figure for each picture."""

from __future__ import annotations

import numpy as np

from engine.evaluation.columns import Column
from engine.evaluation.evidence import Array

_COLORS = ("red", "green", "blue")


def picture_columns(images: Array) -> list[Column]:
    """Brightness, contrast, sharpness and, in color, each color's part: a column each.

    images: (pictures, channels, rows, columns) in 0 to 1. Sharpness is the mean difference of
    pixels that are beside each other.
    """
    gray = images.mean(1)
    down, right = (np.abs(np.diff(gray, axis=axis)).mean((1, 2)) for axis in (1, 2))
    found = {
        "brightness": gray.mean((1, 2)),
        "contrast": gray.std((1, 2)),
        "sharpness": (down + right) / 2,
    }
    if images.shape[1] == len(_COLORS):
        whole = np.maximum(images.mean((1, 2, 3)), 1e-9)
        for place, color in enumerate(_COLORS):
            found[color] = images[:, place].mean((1, 2)) / whole / len(_COLORS)
    return [Column(name, (), values) for name, values in found.items()]
