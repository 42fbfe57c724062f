"""A small picture as a matrix of plain numbers: of a unit, or of what a layer does."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.runs.events import Figure

LEVELS = 6
"""Steps from zero to the largest value of a signed tile: few, so that frames stay small."""
FINE = 255
"""What a cell of any other tile goes up to."""

TileKind = Literal["plane", "curve", "histogram", "weights", "map", "saliency"]


class Tile(msgspec.Struct, frozen=True, array_like=True):
    """A small picture of a unit.

    `plane`: its value over the plane of the inputs, as Boundary is laid out; `weights`: what it
    has learned, as a picture; `map`: what it makes of the chosen sample. Of these a cell is
    LEVELS for zero, 0 for `low`, 2 · LEVELS for `high`, which is as far from zero.
    `curve`: its value over the one input, a row of cells from 0 (`low`) to FINE (`high`).
    `histogram`: a row of cells for each class (one row without classes), how many of its samples
    lie where between `low` and `high`, in parts of FINE of the fullest.
    `saliency`: pixels from 0 (nothing) to FINE (`high`).
    """

    kind: TileKind
    columns: int
    rows: int
    cells: bytes
    """Row by row from the top."""
    low: Figure
    high: Figure
    """None where a value is not finite."""
