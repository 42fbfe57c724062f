"""What a solution draws where a person draws a digit."""

from __future__ import annotations

from itertools import product

SIDE = 28
"""Pixels of a side of MNIST's pictures, by which a stroke is measured."""


def upright_stroke(rows: int, columns: int) -> bytes:
    """A stroke in the middle of a sheet, two pixels wide: anybody's 1; row by row, 255 is ink."""
    top, bottom, left = rows * 5 // SIDE, rows * 23 // SIDE, columns // 2 - 1
    inked = (
        top <= row < bottom and left <= column < left + 2
        for row, column in product(range(rows), range(columns))
    )
    return bytes(255 * one for one in inked)
