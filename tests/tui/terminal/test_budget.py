"""The pictures wait when too much was sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tui.live.snapshot import Snapshot
from tui.terminal.budget import RESERVE_S, ByteBudget


class Link:
    """A clock and a count of bytes, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sent = 0
        self.budget = ByteBudget(1000, lambda: self.sent, lambda: self.now)


def pictures(name: str, columns: int = 4) -> Any:
    """Pictures that can be told apart."""
    return SimpleNamespace(name=name, boundary=SimpleNamespace(columns=columns, rows=2))


def drawn(name: str, columns: int = 4, **changes: Any) -> Snapshot:
    """A running snapshot with such pictures."""
    running = Snapshot("running", run=Path("run"), pictures=pictures(name, columns))
    return replace(running, **changes)


def test_saved_up_and_owed() -> None:
    """What is not sent is saved, what is sent too much is owed, both up to the reserve."""
    link = Link()
    most = 1000 * RESERVE_S
    assert link.budget.left == most
    link.now, link.sent = 100.0, 500
    assert link.budget.left == most - 500
    link.sent += 10**6
    assert link.budget.left == -most
    link.now += 1.0
    assert link.budget.left == 1000 - most


def test_pictures_wait() -> None:
    """In debt the pictures before stay and all else is new; then they move on."""
    link = Link()
    assert link.budget.shown(drawn("a")).pictures == pictures("a")
    link.sent = 3000
    shown = link.budget.shown(drawn("b", factor=2.0))
    assert shown.pictures == pictures("a")
    assert shown.factor == 2.0
    assert link.budget.shown(drawn("c", phase="paused")).pictures == pictures("c")
    assert link.budget.shown(drawn("d", run=Path("next"))).pictures == pictures("d")
    link.now = 3.0
    assert link.budget.shown(drawn("e", run=Path("next"))).pictures == pictures("e")


def test_pictures_of_another_size_never_wait() -> None:
    """The ones before don't fit any more."""
    link = Link()
    link.budget.shown(drawn("a"))
    link.sent = 3000
    assert link.budget.shown(drawn("b", 9)).pictures == pictures("b", 9)
    assert link.budget.shown(drawn("c", 9)).pictures == pictures("b", 9)
