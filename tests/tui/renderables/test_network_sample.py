"""A picture on its way through a network, and the unit that is looked at."""

from __future__ import annotations

import pytest

from engine.runs.inside import Inside, Look, Unit
from tests.tui.app.inside_recording import InsideTold
from tui.renderables.look import Look as Appearance
from tui.renderables.network.drawing import NetworkDrawing
from tui.renderables.network.large import large_rows

PLAIN = Appearance(color="none")
OUTPUT = Unit((4,), 0)


def _digits() -> Inside:
    """A digit of 8×8 pixels in a network of ten outputs, as a worker told of it."""
    look = Look(columns=8, rows=5, unit=OUTPUT, large=(12, 12), sample=-1)
    return InsideTold().answer(look, is_picture=True, epoch=0, step=0)


def test_a_number_is_told_and_not_drawn() -> None:
    """What an output gives for a picture takes one row, and the picture has the room."""
    inside = _digits()
    rows = [row.plain.rstrip() for row in large_rows(inside, OUTPUT, 50, 20, PLAIN)]
    value = inside.columns[-1].units[0].value
    assert rows[0] == f"it gives {value:+.3f}"
    assert rows[1] == ""
    assert not any(row.startswith("()") for row in rows)


@pytest.mark.parametrize(("height", "times"), [(6, 1), (17, 2), (24, 3), (60, 3)])
def test_a_small_picture_is_as_large_as_there_is_room(height: int, times: int) -> None:
    """Each of its 8×8 pixels is once, twice or three times as wide and as high."""
    inside = _digits()
    assert inside.sample is not None
    rows = [row.plain for row in large_rows(inside, OUTPUT, 60, height, PLAIN)]
    caption = next(at for at, row in enumerate(rows) if "what matters" in row)
    assert caption - 2 == 4 * times
    assert rows[caption].index("what matters") == 8 * times + 2


def test_one_row_says_which_unit_is_looked_at() -> None:
    """Where no tile has room, as on a screen of 20×5."""
    inside = _digits()
    (row,) = NetworkDrawing(inside, 18, 1, PLAIN, OUTPUT).rows()
    assert row.plain == "output 0"
    assert NetworkDrawing(inside, 18, 0, PLAIN, OUTPUT).rows() == []
