"""The boundary shows the matrix, the points on it, the ranges and the classes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.runs.pictures import Boundary, Point
from tui.renderables.boundary import boundary, grid_size
from tui.renderables.look import Look

PLAIN = Look(color="none")


def made(
    cells: list[list[int]],
    levels: int,
    x1: tuple[float, float],
    x2: tuple[float, float],
    classes: tuple[str, ...] = (),
    points: list[Point] | None = None,
    values: tuple[float, float] = (0.0, 1.0),
) -> Boundary:
    """The picture of a matrix, its rows from the highest x2 down."""
    return Boundary(
        columns=len(cells[0]),
        rows=len(cells),
        cells=bytes(code for row in cells for code in row),
        levels=levels,
        classes=classes,
        x1=x1,
        x2=x2,
        points=points or [],
        values=values,
    )


def drawn(*points: tuple[float, float, int, bool]) -> Boundary:
    """The picture with these samples on it: x1, x2, class, whether it is of the test split."""
    placed = [Point(x1, x2, target, target, is_test) for x1, x2, target, is_test in points]
    return replace(FIELD, points=placed)


# Class 0 on the left, class 1 on the right, surer towards the edges.
FIELD = made([[1, 0, 2, 3]] * 4, 2, (-1.0, 1.0), (0.0, 4.0), ("out", "in"))


def test_textures_and_points_without_color() -> None:
    """Each class has its texture, the sure cells the denser; points carry their glyph."""
    picture = drawn((-0.9, 3.9, 0, False), (0.1, 0.1, 1, True), (-0.1, 0.1, 1, False))
    assert [row.plain for row in boundary(picture, 30, PLAIN)] == [
        "     4│●░·:",
        "      │▒░·:",
        "      │▒░·:",
        "     0│▒▲△:",
        "      └────",
        "       -1 1",
        "● ░▒ out   ▲ ·: in   ○△ test",
    ]


def test_points_on_the_wrong_side_are_inverted() -> None:
    """Only the point that lies in another class's area is."""
    rows = boundary(drawn((-0.9, 3.9, 0, False), (-0.9, 0.1, 1, False)), 30, PLAIN)
    reversed_signs = [
        row.plain[span.start : span.end]
        for row in rows
        for span in row.spans
        if not isinstance(span.style, str) and span.style.reverse
    ]
    assert reversed_signs == ["▲"]


def test_half_blocks_take_two_rows() -> None:
    """With color two rows of the matrix make one row of text, in runs of one style."""
    look = Look(color="truecolor")
    field = made([[0, 0, 0], [0, 0, 0], [0, 0, 1], [1, 1, 1]], 1, (0, 1), (0, 1), ("a", "b"))
    rows = boundary(field, 30, look)
    assert [row.plain for row in rows[:2]] == ["     1│   ", "     0│▀▀ "]
    assert len(rows[0].spans) == 2
    assert len(rows[1].spans) == 3


def test_points_outside_are_left_out() -> None:
    """A point beyond the ranges, or nowhere, is not drawn."""
    nan, inf = float("nan"), float("inf")
    picture = drawn((5.0, 0.0, 0, False), (nan, 1.0, 0, False), (0.5, inf, 1, False))
    assert [row.plain for row in boundary(picture, 30, PLAIN)][:4] == [
        "     4│▒░·:",
        "      │▒░·:",
        "      │▒░·:",
        "     0│▒░·:",
    ]


def test_regression_is_a_ramp() -> None:
    """Levels of a value become shades, explained by their ends."""
    field = made([[0, 1, 2]], 3, (0, 1), (0, 1), values=(-1.0, 2.5))
    rows = [row.plain for row in boundary(field, 30, PLAIN)]
    assert rows[0] == "     0│ +@"
    assert rows[-1] == "' ' -1   '@' 2.5"


@pytest.mark.parametrize("look", [PLAIN, Look(), Look(ascii=True)])
def test_grid_fills_what_it_is_given(look: Look) -> None:
    """The matrix that grid_size asks for is drawn within width and height, about square."""
    columns, rows = grid_size(80, 24, look)
    assert (columns, rows) == (42, 42 if look.half_blocks else 21)
    field = made([[0] * columns] * rows, 1, (0, 1), (0, 1), ("a",))
    assert len(boundary(field, 80, look)) == 24
    assert grid_size(20, 24, look)[0] == 12
    assert grid_size(15, 24, look) == (0, 0)


def test_a_wide_matrix_is_thinned_out() -> None:
    """A matrix made for a wider terminal still fits."""
    field = made([[0] * 50 + [1] * 50] * 100, 1, (0, 1), (0, 1), ("a", "b"))
    assert boundary(field, 17, PLAIN)[0].plain == "     1│░░░░░·····"


def test_too_narrow_says_so() -> None:
    """Below 16 columns there is a sentence."""
    assert [row.plain for row in boundary(FIELD, 15, PLAIN)] == [
        "Too narrow for",
        "the decision",
        "boundary.",
    ]
