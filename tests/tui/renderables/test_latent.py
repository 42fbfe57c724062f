"""What a network gives back, and the plane of its places, in rows of text."""

from __future__ import annotations

import pytest

from engine.runs.pictures import LatentPlane, Returned
from tui.renderables.latent import decoded_rows, middle, places_rows, returned_rows
from tui.renderables.look import Look

PLAIN = Look(ascii=True, color="none")
BLACK, WHITE = bytes(64), bytes([255] * 64)


def _plane(**changes: object) -> LatentPlane:
    """Three by three places, of which the middle one is white; two samples at opposite corners."""
    tiles = b"".join(WHITE if number == 4 else BLACK for number in range(9))
    known: dict[str, object] = {
        "x1": (-1.5, 1.5),
        "x2": (-3.0, 3.0),
        "points": [(-1.4, -2.9), (1.4, 2.9)],
        "kinds": [0, 1],
        "names": ("zero", "one"),
        "numbers": 2,
        "share": 1.0,
        "columns": 3,
        "rows": 3,
        "shape": (1, 8, 8),
        "tiles": tiles,
    }
    return LatentPlane(**{**known, **changes})  # type: ignore[arg-type]  # as declared


def test_places_are_counted_from_the_top_left() -> None:
    """The middle of each of three by three parts of the plane."""
    plane = _plane()
    assert plane.place(0, 0) == (-1.0, 2.0)
    assert plane.place(2, 1) == (1.0, 0.0)
    assert plane.tile(1, 1) == WHITE
    assert plane.tile(2, 2) == BLACK
    assert middle(plane) == (1, 1)


def test_what_is_decoded_stands_where_it_was_decoded() -> None:
    """Each picture four rows high, side by side without a gap; the cursor's has signs around it."""
    rows = [row.plain for row in decoded_rows(_plane(), 40, 20, PLAIN)]
    assert rows[:4] == [" " * 24] * 4
    assert rows[4:8] == [" " * 8 + "@" * 8 + " " * 8] * 4
    assert rows[12:] == ["Decoded over the plane: -1 to 1 across,", "-2 to 2 up."]
    marked = [row.plain for row in decoded_rows(_plane(), 40, 20, PLAIN, at=(1, 1))]
    assert marked[4:8] == [" " * 8 + "[@@@@@@]" + " " * 8] * 4


def test_the_cursor_is_kept_where_there_is_room_for_few() -> None:
    """One picture wide and high: that of the cursor."""
    rows = [row.plain for row in decoded_rows(_plane(), 17, 6, PLAIN, at=(1, 1))]
    assert rows[0].startswith("[@@@@@@]")
    assert decoded_rows(_plane(tiles=b""), 40, 20, PLAIN) == [], "rows of numbers are no pictures"


def test_samples_lie_where_they_are_with_what_is_made_at_the_cursor() -> None:
    """By the sign of their class, left below and right above; the cursor is in the middle."""
    rows = [row.plain for row in places_rows(_plane(), 60, 16, PLAIN, at=(1, 1))]
    top = next(row for row in rows if "X" in row)
    low = next(row for row in rows if "O" in row)
    assert rows.index(top) < rows.index(low)
    assert low.index("O") < top.index("X")
    assert any("+" in row and "@@@@@@@@" not in row for row in rows)
    assert sum("@@@@@@@@" in row for row in rows) == 4
    assert any("at 0, 0" in row for row in rows)
    assert "O zero" in rows[-1]
    assert "X one" in rows[-1]


def test_of_more_numbers_it_is_said_what_is_shown() -> None:
    """Two directions, and how much of the variance they have."""
    rows = places_rows(_plane(numbers=8, share=0.625), 60, 16, PLAIN)
    told = " ".join(row.plain for row in rows[-2:])
    assert "Of 8 numbers the two directions" in told
    assert "62% of the variance" in told


def test_samples_stand_above_what_was_given_back() -> None:
    """In the same order; what was asked for is between them where it is not what came in."""
    picture = Returned(
        height=8, width=8, channels=1, count=2, given=WHITE + BLACK, asked=b"",
        back=BLACK + WHITE, split="test",
    )  # fmt: skip
    rows = [row.plain for row in returned_rows(picture, 40, PLAIN)]
    assert rows[0] == "came in"
    assert rows[1:5] == ["@" * 8 + " " * 9] * 4
    assert rows[5] == "given back"
    assert rows[6:10] == [" " * 9 + "@" * 8] * 4
    noisy = Returned(
        height=8, width=8, channels=1, count=1, given=WHITE, asked=BLACK, back=WHITE, split="test"
    )
    assert [row.plain for row in returned_rows(noisy, 40, PLAIN)][5] == "asked for"


@pytest.mark.parametrize("width", [0, 1, 7, 15, 16, 40, 80])
@pytest.mark.parametrize("look", [PLAIN, Look()], ids=["ascii", "colors"])
def test_nothing_is_wider_than_there_is_room(width: int, look: Look) -> None:
    """Down to no room at all, and for one line of numbers."""
    line = _plane(rows=1, numbers=1, kinds=[], names=())
    for plane in (_plane(), line):
        for at in (None, (0, 0)):
            rows = [
                *decoded_rows(plane, width, 9, look, at=at),
                *places_rows(plane, width, 9, look, at=at),
            ]
            assert all(row.cell_len <= width for row in rows)
