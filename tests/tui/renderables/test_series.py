"""A series is shortened by means, keeps its ends, and gets round ticks."""

from __future__ import annotations

import math

from tui.renderables.look import Look
from tui.renderables.series import bucket_edges, buckets, mean, ticks
from tui.renderables.sparkline import sparkline


def test_short_series_stay() -> None:
    """Where there is room, every value is kept, and what is not finite is a gap."""
    assert buckets([1.0, math.nan, None, 2.0], 9) == [1.0, None, None, 2.0]


def test_long_series_keep_their_ends() -> None:
    """First and last stay single, the others are means."""
    assert buckets([9.0, 1.0, 3.0, 5.0, 7.0, 0.0], 4) == [9.0, 2.0, 6.0, 0.0]
    assert buckets([1.0, 2.0, 3.0], 1) == [3.0]
    assert bucket_edges(100, 2) == [(0, 1), (99, 100)]


def test_mean_skips_gaps_and_does_not_overflow() -> None:
    """Huge values have a mean; no value has none."""
    assert mean([1.7e308, 1.7e308]) == 1.7e308
    assert mean([math.inf, None]) is None


def test_ticks_are_round() -> None:
    """Steps of 1, 2 or 5, whole where asked, and never endless."""
    assert ticks(0.0, 1.0, 6) == [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    assert ticks(1, 3, 9, whole=True) == [1.0, 2.0, 3.0]
    assert ticks(5.0, 5.0, 4) == [5.0]
    assert len(ticks(-1.7e308, 1.7e308, 4)) == 1


def test_sparkline_rows() -> None:
    """Low is low, high is high, gaps are blank, constants are flat."""
    look = Look(color="none")
    assert sparkline([0.0, 1.0], 80, look)[0].plain == "▁█"
    assert sparkline([0.0, math.nan, 1.0], 80, look)[0].plain == "▁ █"
    assert sparkline([2.0, 2.0], 80, look)[0].plain == "▄▄"
    assert sparkline([0.0, 1.0], 80, Look(ascii=True, color="none"))[0].plain == "_@"
    assert sparkline([-1.7e308, 1.7e308], 80, look)[0].plain == "▁█"
    assert sparkline([], 80, look)[0].plain == ""
    assert sparkline([1.0], 0, look)[0].plain == ""
    assert sparkline([1.0, 2.0], 1, look)[0].plain == "▄"
