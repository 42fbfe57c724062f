"""What is used of Textual's inside is there, and used in one place only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App

from tui.terminal import textual_internals

TUI = Path(textual_internals.__file__).parents[1]


def test_nothing_has_moved() -> None:
    """A newer Textual that lacks a part is told by the part's name."""
    assert textual_internals.moved() == [], (
        "Textual moved these: mend tui/terminal/textual_internals.py"
    )


def test_what_has_moved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check can fail."""
    monkeypatch.setattr(textual_internals, "_PARTS", ((App, ("_driver", "_gone_for_good")),))
    assert textual_internals.moved() == ["App._gone_for_good"]


def test_no_other_module_reaches_inside() -> None:
    """Neither by an import of a private module nor by a private attribute of an app or screen."""
    private = re.compile(
        r"from textual\._|from textual import _|import textual\._"
        r"|\._(driver|compositor|display|background_screens|suspend_signal"
        r"|must_signal_resume|auto_restart|xterm_parser|ansi_sequences)\b"
    )
    for path in TUI.rglob("*.py"):
        if path.name != "textual_internals.py":
            found = private.search(path.read_text("utf-8"))
            assert found is None, f"{path.name}: {found[0] if found else ''}"
