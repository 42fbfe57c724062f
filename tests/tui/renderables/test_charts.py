"""Curves are drawn where their numbers are, with axes, marks and a legend."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from tui.renderables.actual_predicted import fitted_curve, scatter
from tui.renderables.chart import Axis, share_at
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart

ASCII = Look(ascii=True, color="none")
PLAIN = Look(color="none")


def test_loss_chart_in_ascii() -> None:
    """A falling line goes from the upper left to the lower right corner."""
    series = LossSeries("train", range(1, 6), [5.0, 4.0, 3.0, 2.0, 1.0])
    rows = [row.plain for row in loss_chart([series], 24, 9, ASCII)]
    assert rows == [
        "Loss",
        " |...",
        "4+   .....",
        " |        ......",
        "2+              .....",
        " |                   ...",
        " +-----+----------+-----",
        "       2          4",
        "* train 1",
    ]


def test_curves_carry_their_glyphs() -> None:
    """Two curves are told apart without color: each glyph is on the canvas and in the legend."""
    series = [
        LossSeries("train", range(50), [1.0] * 50),
        LossSeries("validation", range(50), [2.0] * 50),
    ]
    rows = [row.plain for row in loss_chart(series, 60, 12, PLAIN)]
    assert rows[-1] == "● train 1   ▲ validation 2"
    assert sum("●" in row for row in rows) == 2
    assert max(row.count("▲") for row in rows) == 4


def test_a_curve_of_one_epoch_is_seen_and_told() -> None:
    """Its only point lies on top of the other curve, and the legend says which epoch it is."""
    one = LossSeries("A", [1], [0.7])
    many = LossSeries("B", range(1, 101), [1 / (n + 1) + 0.1 for n in range(100)])
    none = LossSeries("C", [], [])
    for series in ([one, many, none], [many, one, none]):
        *rows, last = [row.plain for row in loss_chart(series, 60, 12, PLAIN)]
        glyph = PLAIN.glyph(series.index(one))
        assert sum(row.count(glyph) for row in rows) == 1
        assert f"{glyph} A 0.7 (epoch 1 only)" in last
        assert last.endswith(" C -")
    (alone,) = [row.plain for row in loss_chart([one], 60, 12, PLAIN)][-1:]
    assert alone.endswith(" A 0.7")


def test_gaps_are_not_bridged() -> None:
    """Between the finite stretches nothing is drawn."""
    values = [1.0] * 10 + [math.nan] * 30 + [1.0] * 10
    rows = [row.plain for row in loss_chart([LossSeries("train", range(50), values)], 60, 8, PLAIN)]
    line = next(row for row in rows if any(0x2800 < ord(c) <= 0x28FF for c in row))
    inked = [n for n, c in enumerate(line) if 0x2800 < ord(c) <= 0x28FF]
    steps = [b - a for a, b in pairwise(inked)]
    assert max(steps) > 25
    assert steps.count(1) == len(steps) - 1


def test_log_scale_tells_what_it_leaves_out() -> None:
    """Values that have no logarithm are counted; without any other the scale is linear."""
    some = loss_chart([LossSeries("train", range(3), [1.0, 0.0, 100.0])], 60, 10, PLAIN, log=True)
    assert some[0].plain == "Loss (log scale)"
    assert some[-1].plain == "The log scale leaves out 1 value that is not above zero."
    none = loss_chart([LossSeries("train", range(2), [-1.0, 0.0])], 60, 10, PLAIN, log=True)
    assert none[0].plain == "Loss"
    assert none[-1].plain == "Linear scale: no value is above zero."


def test_narrow_loss_is_a_sparkline() -> None:
    """Below 24 columns the last value and a sparkline are left."""
    series = LossSeries("train", range(4), [4.0, 3.0, 2.0, 1.0])
    assert [row.plain for row in loss_chart([series], 20, 12, PLAIN)] == ["train 1.0000", "█▆▃▁"]
    assert [row.plain for row in loss_chart([series], 40, 5, PLAIN)] == [
        "train 4.0000 → 1.0000 █▆▃▁",
    ]


def test_no_loss_says_so() -> None:
    """Without a finite value there is a sentence instead of a chart."""
    assert [row.plain for row in loss_chart([], 80, 12, PLAIN)] == ["No loss to draw yet."]
    empty = LossSeries("train", [1, 2], [None, math.nan])
    assert [row.plain for row in loss_chart([empty], 80, 12, PLAIN)] == ["No loss to draw yet."]


def test_axis_places_and_divides() -> None:
    """Linear and logarithmic axes put values and ticks where they belong."""
    assert Axis(0.0, 10.0).place(2.5) == 0.25
    assert Axis(0.01, 100.0, log=True).place(1.0) == 0.5
    assert Axis(0.01, 100.0, log=True).ticks(5) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert Axis.around([3.0]) == Axis(2.7, 3.3)
    assert Axis.around([0.0]) == Axis(-1.0, 1.0)
    assert Axis(-1.7e308, 1.7e308).place(0.0) == 0.5


def test_scatter_has_its_diagonal() -> None:
    """The points lie over the dotted diagonal, both are in the legend."""
    rows = [row.plain for row in scatter([0.0, 10.0], [0.0, 5.0], 40, 12, PLAIN)]
    assert rows[0] == "Predicted ↑ over actual →"
    assert rows[-1] == "· equal   ● samples"
    assert sum(row.count("●") for row in rows[:-1]) == 2
    assert sum("·" in row for row in rows[:-1]) == 8


def test_narrow_scatter_is_a_table() -> None:
    """Where no chart fits, the numbers are listed."""
    rows = [row.plain for row in scatter([1.0, 2.0], [1.5, 2.0], 20, 4, PLAIN)]
    assert rows[2:] == ["1.0000     1.5000", "… and 1 more"]


def test_fitted_curve_shows_both_splits() -> None:
    """A curve has its line and the samples of each split that is there."""
    xs = [n / 10 for n in range(11)]
    rows = fitted_curve((xs, xs), [(0.2, 0.8)], [(0.8, 0.2)], 40, 12, PLAIN)
    text = [row.plain for row in rows]
    assert text[-1] == "● train   ○ test   ━ predicted"
    assert sum(row.count("●") for row in text[:-1]) == 1
    assert sum(row.count("○") for row in text[:-1]) == 1


@pytest.mark.parametrize("look", [PLAIN, Look(ascii=True, color="none")])
def test_values_under_a_cursor(look: Look) -> None:
    """The place of a column on the axis leads back to the epoch that is drawn there."""
    series = [
        LossSeries("train", [1, 2, 3, 4, 5], [5.0, 4.0, 3.0, 2.0, 1.0]),
        LossSeries("test", [1, 3, 5], [6.0, 4.0, None]),
    ]
    rows = loss_chart(series, 50, 12, look)
    for column, told in ((14, "epoch 2"), (26, "epoch 3"), (49, "epoch 5")):
        at = share_at(rows, column)
        assert at is not None
        marked = loss_chart(series, 50, 12, look, at=at)
        assert len(marked) == len(rows)
        assert any(row.plain[column : column + 1] == look.pick("┊", ":") for row in marked)
        assert marked[-1].plain.startswith(told)
    assert "train 3.0000" in loss_chart(series, 50, 12, look, at=0.5)[-1].plain
    assert "test 4.0000" in loss_chart(series, 50, 12, look, at=0.5)[-1].plain
    assert "test" not in loss_chart(series, 50, 12, look, at=1.0)[-1].plain
    assert share_at(rows, 0) is None
    assert share_at([], 5) is None
