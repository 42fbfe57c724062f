"""A lesson's text is there before what it is played on, and stays where it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from textual.app import App
from textual.events import Key

from engine.lessons.heads import names
from engine.lessons.library import find_lesson
from engine.parts.data import DataLocations
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import seen
from tui.app import PerceptuiApp
from tui.learning.glance import comes_along, glance_at
from tui.learning.page import heading, page
from tui.learning.play import Play
from tui.renderables.look import Look

LATER = ("torch", "typer", "engine.parts", "engine.doctor", "engine.lessons.lesson", "tui.editing")
"""What the workbench needs, and the text does not."""


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is done yet, whoever runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_text_waits_for_no_import() -> None:
    """Imports are nearly all that a cold start takes; `make bench-app` has the seconds."""
    program = (
        "import sys\n"
        "import tui.entry, tui.start, tui.screens.opening\n"
        "from tui.learning.glance import glance_at\n"
        "assert glance_at('circle', '') is not None\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = done.stdout.split()
    assert [one for one in modules if f"{one}.".startswith(tuple(f"{x}." for x in LATER))] == []
    assert "tui.screens.workbench" not in modules


@pytest.mark.parametrize("language", ["", "zh_CN"])
def test_a_glance_says_what_the_lesson_says(language: str, tmp_path: Path) -> None:
    """Row for row, of every lesson that comes along."""
    look = Look()
    for name in names():
        glance = glance_at(name, language)
        assert glance is not None
        play = Play(find_lesson(name, language), DataLocations(tmp_path))
        play.resume()
        assert heading(glance, look) == heading(play, look)
        assert page(glance, 116, look) == page(play, 116, look)


def test_a_lesson_of_ones_own_is_checked_before_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that hides a shipped one of its name."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "perceptui" / "presets" / "lessons"
    folder.mkdir(parents=True)
    (folder / "circle.toml").write_text("steps = 3", "utf-8")
    assert comes_along("circle") is None
    assert glance_at("circle", "") is None
    assert comes_along("spiral") is None


@BOTH_SIZES
def test_the_text_stays_where_it_was(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads already goes on reading while the workbench comes up around it; keys wait."""
    before: list[str] = []
    opened = PerceptuiApp.open_lesson

    def open_lesson(app: PerceptuiApp, name: str) -> None:
        before.append(seen(cast("App[object]", app)))
        app.post_message(Key("down", None))
        opened(app, name)

    monkeypatch.setattr(PerceptuiApp, "open_lesson", open_lesson)

    async def play(stage: Stage) -> None:
        await stage.until(lambda: (one := stage.app.learning.play) is not None and one.choice == 1)
        await stage.settled()
        after = stage.screen.splitlines()
        told = [at for at, row in enumerate(before[0].splitlines()) if "hundred points" in row]
        assert told == [at for at, row in enumerate(after) if "hundred points" in row] != []

    played(tmp_path, play, size=size, lesson="circle")
