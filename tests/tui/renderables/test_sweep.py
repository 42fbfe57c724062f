"""A sweep's table, its heat map, and many boundaries side by side."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from engine.runs.pictures import Boundary
from tui.renderables.look import Look
from tui.renderables.small_multiples import Small, small_multiples, tile_size
from tui.renderables.sweep import Line, heat_map, sheet

PLAIN = Look(color="none")
ASCII = Look(ascii=True, color="none")


def _cells() -> dict[tuple[str, str], Line]:
    return {
        ("0.1", "2"): Line(("0.1", "2"), 0.5, None),
        ("0.1", "4"): Line(("0.1", "4"), 0.25, None, is_best=True),
        ("1", "2"): Line(("1", "2"), None, None, remark="diverged"),
    }


def _map(width: int, look: Look = PLAIN) -> list[str]:
    values = (("0.1", "1"), ("2", "4"))
    return [row.plain for row in heat_map(("lr", "width"), values, _cells(), width, look)]


def test_a_heat_map_has_a_mean_for_each_pair() -> None:
    """The best is marked, what came to no number says why, what is missing stays empty."""
    assert _map(40) == [
        "lr ↓, width →",
        "            2         4 ",
        "0.1    0.5000   ★0.2500",
        "  1  diverged",
    ]
    assert _map(40, ASCII)[0] == "lr down, width across"
    assert _map(40, ASCII)[2] == "0.1    0.5000   *0.2500"


@pytest.mark.parametrize("width", [0, 1, 8, 14, 80])
def test_it_is_never_wider_than_asked(width: int) -> None:
    """Columns that have no room are left out, and counted."""
    rows = _map(width)
    assert all(len(row.rstrip()) <= max(width, 0) for row in rows)
    if width == 14:
        assert rows[-1] == "1 more to the…"
    assert bool(rows) == (width > 0)


def test_better_cells_are_brighter() -> None:
    """By rank, the higher the better where that is so; the cursor is turned around."""
    look = Look()
    rows = heat_map(
        ("lr", "width"), (("0.1", "1"), ("2", "4")), _cells(), 40, look, cursor=("0.1", "2")
    )
    worst, best = (span.style for span in rows[2].spans if str(span.style).find(" on ") >= 0)
    assert str(worst) != str(best)
    assert "reverse" in str(worst)
    turned = heat_map(
        ("lr", "width"), (("0.1", "1"), ("2", "4")), _cells(), 40, look, higher_is_better=True
    )
    assert str(turned[2].spans[-1].style) != str(rows[2].spans[-1].style)


def test_the_table_has_values_means_and_remarks() -> None:
    """Numbers stand right, words left; what can't be told from the best has a sign."""
    lines = [
        Line(("0.1", "SGD"), 0.25, 0.01, is_best=True),
        Line(("0.01", "Adam"), 0.26, 0.02, is_tied=True),
        Line(("1", "Adam"), None, None, "diverged"),
        Line(("2", "Adam"), math.inf, math.nan),
    ]
    found = sheet(("lr", "optimizer"), "train loss", lines, ASCII)
    assert [found.row(index, 60).plain for index in range(4)] == [
        "*   0.1  SGD            0.2500  0.0100",
        "~  0.01  Adam           0.2600  0.0200",
        "      1  Adam                -          diverged",
        "      2  Adam              inf     nan",
    ]


def _boundary() -> Boundary:
    return Boundary(
        columns=4, rows=4, cells=bytes([0, 0, 11, 11] * 4), levels=6, classes=("a", "b"),
        x1=(0.0, 1.0), x2=(0.0, 1.0), points=[],
    )  # fmt: skip


def test_what_is_of_one_color_is_drawn_to_its_edge() -> None:
    """Half blocks that are alike are spaces on a ground, which is not to be taken for nothing."""
    field = replace(_boundary(), cells=bytes([11] * 16))
    rows = small_multiples([Small("a", field), Small("b", field)], 50, 13, Look(color="truecolor"))
    assert [row.cell_len for row in rows[1:-1]] == [50] * 12


def test_boundaries_are_as_large_as_lets_all_be_seen() -> None:
    """They shrink before one is left out; what has no picture has dots."""
    assert tile_size(1, 80, 20) == (24, 12)
    assert tile_size(12, 80, 20) == (10, 5)
    assert tile_size(500, 80, 20) == (10, 5)
    pictures = [Small("lr 0.1", _boundary(), is_marked=True), Small("lr 1", None)]
    rows = [row.plain for row in small_multiples(pictures, 26, 8, ASCII)]
    assert rows[0] == "lr 0.1        lr 1"
    assert rows[1].rstrip() == "......======       ."
    assert len(rows) == 8
    assert small_multiples(pictures, 9, 8, ASCII) == []
    assert small_multiples(pictures, 40, 2, ASCII) == []
