"""Every screen in Chinese at 80×24: as it was last found good, whole, aligned, and in Chinese.

`PERCEPTUI_SNAPSHOTS=write pytest tests/tui/app/test_chinese.py` writes the snapshots anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey

from tests.tui.app.recording import Recorded
from tests.tui.app.replay import Workers
from tests.tui.app.stage import NARROW, Stage, played
from tests.tui.app.stand import made_run
from tests.tui.app.test_snapshots import SCREENS, compared, text_of
from tui import language
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.rows import RowsView

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row: names of keys, classes and PyTorch's parts stand alone."""
CODE = {"code", "microscope", "microscope-step"}
"""Screens with lines of Python, whose remarks are the script's."""
LAST = "quit"


@pytest.fixture(autouse=True)
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings and presets of this test only; English again at the end."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PERCEPTUI_DATA_DIR", "data")
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    yield
    language.speak("en")


def cut(screen: Screen[object]) -> list[str]:
    """What is wider than the place it has."""
    found = []
    for view in screen.query(RowsView):
        width, height = view.size
        if width and height and view.is_on_screen:
            rows = view.make_rows(width, height)
            found += [row.plain for row in rows if row.cell_len > width]
    for text in screen.query(Static):
        room = text.content_size
        shown = str(text.render())
        if room.height == 1 and room.width and cell_len(shown) > room.width:
            found.append(shown)
    for footer in screen.query(Footer):
        keys = footer.query(FooterKey)
        found += [key.description for key in keys if key.region.right > screen.size.width]
    return found


def check(stage: Stage, name: str) -> None:
    """The screen as it stands."""
    text = text_of(stage)
    assert cut(stage.app.screen) == []
    assert all(cell_len(line) <= NARROW[0] for line in text.splitlines())
    if name not in CODE:
        assert ENGLISH.findall(text) == []
    compared(f"zh_CN/{name}-80x24.txt", text)


def test_screens_of_a_training(tmp_path: Path) -> None:
    """One after the other, as somebody goes through them."""
    made_run(Path())

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(10)
        await stage.until_seen("第 11/30 轮", "训练 0.1")
        for name in sorted(SCREENS, key=lambda one: one == LAST):
            await stage.press(*SCREENS[name][0])
            await stage.settled()
            check(stage, name)
            for _ in range(3):
                if not isinstance(stage.app.screen, WorkbenchScreen):
                    await stage.press("escape")
                    await stage.settled()
            await stage.press("3")

    played(Path(), play, size=NARROW)


def test_the_first_screen(tmp_path: Path) -> None:
    """The presets, with the texts of one of them."""

    async def play(stage: Stage) -> None:
        await stage.press("slash", *"spiral", "escape")
        await stage.until_seen("两条互相缠绕的臂", "▲")
        await stage.settled()
        check(stage, "presets")

    played(Path(), play, size=NARROW, workers=Workers(Recorded), at_presets=True)


def test_another_language_is_spoken_at_once(tmp_path: Path) -> None:
    """On the settings, and on the workbench below them."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("1 实验", "运行")
        await stage.press("comma", *["down"] * 5, "right")
        await stage.until_seen("Settings", "Language", "Next choice")
        await stage.press("escape")
        await stage.until_seen("1 experiment", "space Run", "Layers")

    played(Path(), play, size=NARROW)
