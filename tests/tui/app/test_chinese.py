"""Every screen in Chinese at 80×24: as it was last found good, whole, aligned, and in Chinese.

`PERCEPTUI_SNAPSHOTS=write pytest tests/tui/app/test_chinese.py` writes the snapshots anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static
from textual.widgets._footer import FooterKey

from tests.tui.app.every_screen import ELSEWHERE, WAYS, shown_kinds, things_to_see
from tests.tui.app.recording import Recorded
from tests.tui.app.replay import Workers
from tests.tui.app.stage import NARROW, Stage, played
from tests.tui.app.stand import dialog_seen, made_run
from tests.tui.app.test_snapshots import SCREENS, compared, text_of
from tui import language
from tui.app import PerceptuiApp
from tui.learning.glance import glance_at
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.lesson import StepLine
from tui.widgets.rows import RowsView
from tui.widgets.status import LossLine

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row: names of keys, classes and PyTorch's parts stand alone."""
CODE = {"code", "microscope", "microscope-step", "ProblemScreen"}
"""Screens with lines of Python, or a report to a maintainer, between a title and keys."""
CHINESE = re.compile("[\u4e00-\u9fff]")
BRIEF = (LossLine, StepLine)
"""Lines that begin what a pane tells whole."""
SAMPLED = {"FieldsScreen", "TableScreen"}
"""What tells whole, below its list, what the cursor is on; and what shows a few examples."""
LAST, LAST_KINDS = "quit", {"BusyScreen"}
FRAMED = re.compile(r"╭.*╮|│.*│|╰.*╯")
"""A row of a dialog, from edge to edge."""


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
    """What is wider or higher than the place it has."""
    found = []
    for view in screen.query(RowsView):
        width, height = view.size
        if width and height and view.is_on_screen:
            rows = view.make_rows(width, height)
            found += [row.plain for row in rows if row.cell_len > width]
            if not isinstance(view, BRIEF) and type(screen).__name__ not in SAMPLED:
                found += [row.plain for row in rows if row.plain.rstrip().endswith("…")]
    for text in screen.query(Static):
        room = text.content_size
        shown = str(text.render())
        if not room.area:
            continue
        is_wider = room.height == 1 and cell_len(shown) > room.width
        if is_wider or text.get_content_height(room, screen.size, room.width) > room.height:
            found.append(shown)
    for field in screen.query(Input):
        if field.content_size.width and cell_len(field.placeholder) > field.content_size.width:
            found.append(field.placeholder)
    for framed in screen.query(Widget):
        for said in (framed.border_title, framed.border_subtitle):
            room_of_frame = framed.outer_size.width - 4
            if said and framed.outer_size.width and cell_len(_plain(said)) > room_of_frame:
                found.append(said)
    for footer in screen.query(Footer):
        keys = footer.query(FooterKey)
        found += [key.description for key in keys if key.region.right > screen.size.width]
    return found


def _plain(markup: str) -> str:
    return Content.from_markup(markup).plain


def misaligned(stage: Stage) -> list[str]:
    """Rows that are not as wide as the screen, or that leave the frame of a dialog."""
    app = cast("App[object]", stage.app)
    rows = [row for row in stage.screen.splitlines() if cell_len(row) != NARROW[0]]
    if app.screen.is_modal and len(app.screen.children) == 1:
        rows += [row for row in dialog_seen(app).splitlines() if not FRAMED.fullmatch(row)]
    return rows


def check(stage: Stage, name: str, *, is_kept: bool = True) -> str:
    """The screen as it stands; is_kept: by a snapshot. Returns what kind of screen it is."""
    text, kind = text_of(stage), type(stage.app.screen).__name__
    if not text.strip():  # of a list that is in no box
        text = stage.screen
    assert cut(stage.app.screen) == [], name
    assert misaligned(stage) == [], f"{name}\n{text}"
    lines = text.splitlines()
    read = f"{lines[0]}\n{lines[-1]}" if name in CODE else text
    assert ENGLISH.findall(read) == [], f"{name}\n{text}"
    top = [line for line in lines if line.strip("╭╮─│ ")][:2]
    assert CHINESE.search("".join(top)), f"{name}\n{text}"
    if is_kept:
        compared(f"zh_CN/{name}-80x24.txt", text)
    return kind


@pytest.mark.rare
def test_every_screen_of_the_app(tmp_path: Path) -> None:
    """One after the other: what has no way here is a screen that nobody has looked at."""
    made_run(Path())
    seen = set()

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(10)
        await stage.until_seen("第 11/30 轮", "训练 0.1")
        for name in sorted(SCREENS, key=lambda one: one == LAST):
            await stage.press(*SCREENS[name][0])
            await stage.settled()
            seen.add(check(stage, name))
            await home(stage)
        things_to_see(Path())
        for kind, way in sorted(WAYS.items(), key=lambda one: one[0] in LAST_KINDS):
            await way(stage)
            await stage.settled()
            assert check(stage, kind, is_kept=False) == kind
            seen.add(kind)
            await home(stage)

    played(Path(), play, size=NARROW)
    assert seen | ELSEWHERE == shown_kinds()


async def home(stage: Stage) -> None:
    """Back to the workbench, and to its picture."""
    for _ in range(5):
        if not isinstance(stage.app.screen, WorkbenchScreen):
            await stage.press("escape")
            await stage.settled()
    while stage.app.draft.is_edited and stage.app.draft.can_undo():
        stage.app.draft.undo()
    assert isinstance(stage.app.screen, WorkbenchScreen)
    stage.workbench.show_draft()
    await stage.press("3")


def test_what_is_not_reached_from_the_workbench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lesson's text before its workbench is there, and what a projector shows."""
    glance = glance_at("circle", "zh_CN")
    assert glance is not None
    monkeypatch.setattr(PerceptuiApp, "open_lesson", lambda app, name: None)

    async def opens(stage: Stage) -> None:
        await stage.until_seen("工作台", "封闭的曲线")
        await stage.settled()
        assert check(stage, "opening", is_kept=False) == "OpeningScreen"

    async def presents(stage: Stage) -> None:
        await stage.until_phase("ready")
        for _ in range(5):
            await stage.settled()
            assert check(stage, "present", is_kept=False) == "PresentScreen"
            await stage.press("right")
            if stage.trainer.state == "running":
                stage.trainer.advance(30)

    played(Path(), opens, size=NARROW, lesson="circle")
    played(Path(), presents, size=NARROW, presents=True)


def test_the_first_screen(tmp_path: Path) -> None:
    """The presets, with the texts of one of them."""

    async def play(stage: Stage) -> None:
        await stage.press("slash", *"spiral", "escape")
        await stage.until_seen("两条互相缠绕的臂", "▲")
        await stage.settled()
        assert check(stage, "presets") == "PresetsScreen"

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
