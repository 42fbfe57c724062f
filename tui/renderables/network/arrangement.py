"""Where the units of a network are drawn: which tiles, how large, and what has no room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Form = Literal["tile", "dot"]
SIZES = (
    *((16, 8), (14, 7), (12, 6), (10, 5), (8, 4), (8, 3), (7, 3), (6, 3), (7, 2), (5, 2), (4, 2)),
)
"""Columns and rows of characters of a tile, the larger the better; the last row is half free."""
DOT = (3, 1)
"""Of what is one number."""
TIGHT_LANE, LANE, WIDE_LANE = 3, 5, 12
"""Columns between two columns of units: where all would have no room else, at least, at most.

Beside large tiles there are more: lines that are steep can't be told apart.
"""
SHORT_LABEL, LONGEST_LABEL = 8, 12
"""Columns of a name, where room is tight and where it is not."""
HEADINGS = 1
"""Rows above the tiles."""


class Shape(NamedTuple):
    """What must be known of a column to give it room."""

    units: int
    form: Form = "tile"
    label: int = 0
    """Columns of its longest name; 0 where its units have none."""


@dataclass(frozen=True)
class Slot:
    """A column's place."""

    x: int
    width: int
    """Of its tiles, with their labels."""
    tile: tuple[int, int]
    pitch: tuple[int, int]
    across: int
    """Tiles beside each other."""
    down: int
    """Tiles below each other."""
    top: int
    """The row of the first tile."""
    first: int
    """The first unit that is seen, of those that are told of."""
    units: int
    """How many are seen."""
    label: int

    @property
    def has_label_beside(self) -> bool:
        return bool(self.label) and self.tile == DOT

    def place(self, position: int) -> tuple[int, int] | None:
        """The left upper character of a unit; None where it is out of sight."""
        at = position - self.first
        if not 0 <= at < self.units:
            return None
        return (
            self.x + at % self.across * self.pitch[0],
            self.top + at // self.across * self.pitch[1],
        )

    def middle(self, position: int) -> int | None:
        """The row of characters in a unit's middle."""
        place = self.place(position)
        return None if place is None else place[1] + (self.tile[1] - 1) // 2

    @property
    def end(self) -> int:
        """The column behind it."""
        return self.x + self.width


@dataclass(frozen=True)
class Arrangement:
    """The columns that are seen, from left to right."""

    slots: dict[int, Slot]
    """By the column's index."""
    is_whole: bool
    """Whether every unit is seen."""
    tile: tuple[int, int]
    """Characters of a tile."""


def arrange(
    shapes: Sequence[Shape], width: int, height: int, *, around: tuple[int, int] = (0, 0)
) -> Arrangement:
    """Give every unit the largest tile with which all have room; else what is around one of them.

    around: the index of a column and the place of a unit in it, which is seen in any case.
    """
    rows = max(height - HEADINGS, 1)
    roomy = [(max(LANE, tile[0] * 2 // 3), tile, shapes) for tile in SIZES]
    short = [shape._replace(label=min(shape.label, SHORT_LABEL)) for shape in shapes]
    for lane, tile, tried in (*roomy, *((TIGHT_LANE, tile, short) for tile in SIZES)):
        grids = [_grid(shape, tile, rows, 1 if _is_few(shape, rows) else 0) for shape in tried]
        found = [grid for grid in grids if grid is not None]
        is_whole = len(found) == len(shapes) and all(
            grid.across * grid.down >= shape.units
            for shape, grid in zip(shapes, found, strict=True)
        )
        if is_whole and _total(found, lane) <= width:
            return _placed(shapes, found, tile, width, rows, around, range(len(shapes)))
    return _scrolled(shapes, width, rows, around)


def _is_few(shape: Shape, rows: int) -> bool:
    """Whether small tiles of all units have room below each other: then each has its own lines."""
    return shape.form == "tile" and shape.units * (SIZES[-1][1] + bool(shape.label)) <= rows


class _Grid(NamedTuple):
    across: int
    down: int
    tile: tuple[int, int]
    pitch: tuple[int, int]
    width: int
    label: int


def _grid(shape: Shape, tile: tuple[int, int], rows: int, most: int = 0) -> _Grid | None:
    """A column's tiles in so many rows; most: tiles beside each other, 0 for as it must be.

    None where not even one has room.
    """
    label = min(shape.label, LONGEST_LABEL)
    if shape.form == "dot":
        wide = DOT[0] + (1 + label if label else 0)
        across = most or -(-shape.units // rows)
        down = min(-(-shape.units // across), rows)
        return _Grid(across, down, DOT, (wide + 1, 1), across * (wide + 1) - 1, label)
    high = tile[1] + (1 if label else 0)
    if high > rows:
        return None
    fitting = rows // high
    across = min(most or shape.units, -(-shape.units // fitting))
    down = min(-(-shape.units // across), fitting)
    wide = max(tile[0], label) if across == 1 else tile[0]
    return _Grid(across, down, tile, (tile[0] + 1, high), across * (wide + 1) - 1, min(label, wide))


def _total(grids: Sequence[_Grid], lane: int = TIGHT_LANE) -> int:
    """Columns that grids take; one at each end for the mark of what is chosen."""
    return sum(grid.width for grid in grids) + lane * (len(grids) - 1) + 2


def _placed(
    shapes: Sequence[Shape],
    grids: Sequence[_Grid],
    tile: tuple[int, int],
    width: int,
    rows: int,
    around: tuple[int, int],
    seen: range,
) -> Arrangement:
    """Each grid in the middle of the height, what width is left between them."""
    grids = _named_in_full(grids, [shapes[index] for index in seen], width)
    spare = width - _total(grids)
    lanes = max(len(grids) - 1, 1)
    lane = min(TIGHT_LANE + spare // lanes, WIDE_LANE)
    used = sum(grid.width for grid in grids) + lane * (len(grids) - 1) + 2
    x, slots = 1 + max(width - used, 0) // 2, {}
    for index, grid in zip(seen, grids, strict=True):
        chosen = around[1] if around[0] == index else 0
        room = grid.across * grid.down
        first = 0
        if room < shapes[index].units:
            row = min(chosen // grid.across, shapes[index].units)
            last = -(-shapes[index].units // grid.across) - grid.down
            first = min(max(row - grid.down // 2, 0), last) * grid.across
        units = min(room, shapes[index].units - first)
        high = -(-units // grid.across) * grid.pitch[1]
        top = HEADINGS + max(rows - high, 0) // 2
        slots[index] = Slot(
            x, grid.width, grid.tile, grid.pitch, grid.across, grid.down, top, first, units,
            grid.label,
        )  # fmt: skip
        x += grid.width + lane
    is_whole = len(grids) == len(shapes) and all(
        slot.units == shapes[index].units for index, slot in slots.items()
    )
    return Arrangement(slots, is_whole, tile)


def _named_in_full(grids: Sequence[_Grid], shapes: Sequence[Shape], width: int) -> list[_Grid]:
    """Longer names where cells would lie empty: the output's first, half of a narrow lane's room.

    Only units below each other have names that can grow.
    """
    spare = max(width - _total(grids, LANE), (width - _total(grids)) // 2)
    named = list(grids)
    for at in sorted(range(len(named)), key=lambda at: (at != len(named) - 1, at)):
        grid, label = named[at], shapes[at].label
        if grid.across > 1 or not grid.label or spare < 1:
            continue
        free = max(grid.width - grid.label, 0) if grid.tile != DOT else 0
        label = min(label, grid.label + free + spare)
        if label > grid.label:
            wider = max(label - grid.label - free, 0)
            named[at] = grid._replace(label=label, width=grid.width + wider)
            spare -= wider
    return named


def _scrolled(
    shapes: Sequence[Shape], width: int, rows: int, around: tuple[int, int]
) -> Arrangement:
    """Small tiles, as many beside each other as all columns have room for; else fewer columns."""
    tile = next((size for size in SIZES[-2:] if size[1] + 1 <= rows), (SIZES[-1][0], 1))
    widest = max(shape.units for shape in shapes)
    for most in range(min(widest, width), 0, -1):
        grids = [
            grid
            for shape in shapes
            if (grid := _grid(shape, tile, rows, _least(shape, most, rows)))
        ]
        if len(grids) == len(shapes) and _total(grids) <= width:
            return _placed(shapes, grids, tile, width, rows, around, range(len(shapes)))
    first = last = min(max(around[0], 0), len(shapes) - 1)
    chosen = [_one(shapes[first], tile, rows)]
    while True:
        more = [index for index in (last + 1, first - 1) if 0 <= index < len(shapes)]
        for index in more:
            wider = _one(shapes[index], tile, rows)
            tried = [*chosen, wider] if index > last else [wider, *chosen]
            if _total(tried) <= width:
                chosen, first, last = tried, min(first, index), max(last, index)
                break
        else:
            return _placed(shapes, chosen, tile, width, rows, around, range(first, last + 1))


def _least(shape: Shape, most: int, rows: int) -> int:
    """Tiles beside each other: no more than a column of dots needs."""
    return min(most, -(-shape.units // rows)) if shape.form == "dot" else most


def _one(shape: Shape, tile: tuple[int, int], rows: int) -> _Grid:
    grid = _grid(shape, tile, rows, 1)
    if grid is None:  # not even a label has room
        grid = _grid(shape._replace(label=0), (tile[0], 1), rows, 1)
    assert grid is not None, "one row is enough for a tile of one"
    return grid
