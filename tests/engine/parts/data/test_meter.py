"""How far the reading of files is."""

from __future__ import annotations

from engine.parts.data import Loading
from engine.parts.data.meter import Meter


def test_what_takes_a_while_is_told_now_and_then() -> None:
    """Not what is over at once; then every fifth of a second, and the end."""
    told: list[Loading] = []
    now = [0.0]
    meter = Meter("a.csv", 1000, told.append, lambda: now[0])
    for now[0] in (0.1, 0.2, 0.35, 0.4, 0.6):
        meter.add(100)
    meter.end()
    assert told == [
        Loading("a.csv", 300, 1000, "reading"),
        Loading("a.csv", 500, 1000, "reading"),
        Loading("a.csv", 1000, 1000, "reading"),
    ]


def test_what_is_over_at_once_is_not_told() -> None:
    """Neither on the way nor at the end."""
    told: list[Loading] = []
    meter = Meter("a.csv", 10, told.append, lambda: 0.0)
    meter.add(10)
    meter.end()
    assert told == []
