"""The bounded series of the training loss."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.series import CAPACITY, Series


def _filled(count: int, capacity: int = CAPACITY) -> Series:
    series = Series(capacity)
    for epoch in range(1, count + 1):
        series.append(epoch, epoch / 10)
    return series


def test_a_short_series_keeps_everything() -> None:
    """Up to the capacity every epoch is there; without any, nothing is."""
    assert Series().points() == []
    assert _filled(4, 4).points() == [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)]


def test_a_full_series_keeps_every_second_point_and_the_newest() -> None:
    """Epochs 1, 3, 5, … stay, whatever came between is gone, the newest is always there."""
    assert [epoch for epoch, _ in _filled(5, 4).points()] == [1, 3, 5]
    assert [epoch for epoch, _ in _filled(6, 4).points()] == [1, 3, 5, 6]
    assert [epoch for epoch, _ in _filled(12, 4).points()] == [1, 5, 9, 12]


@given(count=st.integers(1, 300), capacity=st.integers(3, 40))
def test_a_series_is_bounded_even_and_true(count: int, capacity: int) -> None:
    """First and newest epoch, even steps between, each with its own value, never too many."""
    points = _filled(count, capacity).points()
    epochs = [epoch for epoch, _ in points]
    assert epochs[0] == 1
    assert epochs[-1] == count
    assert len(points) <= capacity + 1
    assert len(points) >= min(count, capacity // 2)
    assert all(value == epoch / 10 for epoch, value in points)
    steps = {b - a for a, b in pairwise(epochs[:-1])}
    assert len(steps) <= 1


def test_a_million_epochs_stay_a_curve() -> None:
    """At no moment are there more points than the capacity and the newest one."""
    series = Series()
    most = 0
    for epoch in range(1, 1_000_001):
        series.append(epoch, 1.0)
        if epoch % 997 == 0:
            most = max(most, len(series.points()))
    assert most <= CAPACITY + 1
    assert CAPACITY // 2 <= len(series.points()) <= CAPACITY + 1
    assert (series.points()[0][0], series.points()[-1][0]) == (1, 1_000_000)


@given(
    before=st.integers(0, 200),
    after=st.integers(0, 200),
    capacity=st.integers(3, 20),
)
def test_a_stored_series_goes_on_as_if_never_stored(before: int, after: int, capacity: int) -> None:
    """Made of its points and filled on, it equals one that was filled in one go."""
    series = Series.of(_filled(before, capacity).points(), capacity)
    for epoch in range(before + 1, before + after + 1):
        series.append(epoch, epoch / 10)
    assert series.points() == _filled(before + after, capacity).points()


@pytest.mark.parametrize(("cut", "kept"), [(0, []), (1, [1]), (4, [1, 3]), (5, [1, 3, 5])])
def test_a_cut_series_forgets_what_came_after(cut: int, kept: list[int]) -> None:
    """Only points up to the epoch stay, and it can be filled on from there."""
    series = _filled(6, 4)
    series.cut(cut)
    assert [epoch for epoch, _ in series.points()] == kept
    series.append(cut + 1, 9.0)
    assert series.points()[-1] == (cut + 1, 9.0)
