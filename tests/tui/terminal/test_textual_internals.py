"""What is used of Textual's inside is there, and used in one place only."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.app import App

from tui.app import PerceptuiApp
from tui.settings import Settings
from tui.terminal import textual_internals
from tui.themes import THEMES

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


@pytest.mark.parametrize("theme", [one.name for one in THEMES])
def test_style_sheets_are_read_with_the_persons_theme(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once: a theme that came after them would have all of them read again."""
    app = PerceptuiApp(settings=Settings(theme=theme))
    read: list[str] = []
    monkeypatch.setattr(app.stylesheet, "reparse", lambda: read.append("again"))

    async def open_it() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()
            assert app.screen.styles.background.hex.lower() == app.current_theme.background

    asyncio.run(open_it())
    assert read == []
    assert app.theme == theme
    assert app.has_class("-dark-mode") == app.current_theme.dark
    assert app.has_class("-light-mode") != app.current_theme.dark


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
