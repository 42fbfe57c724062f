"""Stories of those who use the mouse first, and of keys that say why they do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import MouseDown
from textual.geometry import Offset
from textual.widgets import Static

from tests.tui.app.stage import BOTH_SIZES, NARROW, SMALL, WIDE, Stage, played, sizes
from tui.screens.actions import ActionsScreen
from tui.screens.save import SaveScreen
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.editor import Editor


@sizes(SMALL, others=(WIDE, NARROW))
def test_a_click_on_more_leads_to_everything(tmp_path: Path, size: tuple[int, int]) -> None:
    """The word stands in the bar at every size; the menu has what has no room there."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("More")
        rows = stage.screen.splitlines()
        y = next(y for y, row in enumerate(rows) if " More " in row)
        await stage.pilot.click(offset=(rows[y].index("More"), y))
        await stage.until(lambda: isinstance(stage.app.screen, ActionsScreen))
        screen = stage.app.screen
        assert isinstance(screen, ActionsScreen)
        texts = [key.does for key in screen._keys]
        for word in ("Run", "Batch", "Reset", "Repair", "Predict", "Save", "Export", "Runs"):
            assert word in texts, word
        assert len(texts) == len(set(texts))

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_right_click_opens_what_can_be_done_with_a_row(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """The row has the cursor then; what can't be done there says why; enter does one."""

    async def play(stage: Stage) -> None:
        editor = stage.workbench.query_one(Editor)
        rows = [editor.item_at(y) for y in range(editor.size.height)]
        layer = next(n for n, item in enumerate(editor.draft.items()) if item.layer == (1,))
        await stage.pilot.click(Editor, offset=(4, rows.index(layer)), button=3)
        await stage.until(lambda: isinstance(stage.app.screen, ActionsScreen))
        assert editor.cursor == layer
        screen = stage.app.screen
        assert isinstance(screen, ActionsScreen)
        places = {key.does: n for n, key in enumerate(screen._keys)}
        await stage.press(*["down"] * places["Undo"], "enter")
        await stage.until(lambda: "There is nothing to take back" in stage.notices)
        before = len(stage.app.draft.layers())
        await stage.press("home", *["down"] * places["Remove"], "enter")
        await stage.until(lambda: len(stage.app.draft.layers()) == before - 1)
        assert isinstance(stage.app.screen, WorkbenchScreen)

    played(tmp_path, play, size=size)


def test_a_right_click_on_a_preset_does_not_open_it(tmp_path: Path) -> None:
    """It opens the menu, whose first action does."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("circle")
        row = next(n for n, line in enumerate(stage.screen.splitlines()) if "spiral" in line)
        column = stage.screen.splitlines()[row].index("spiral")
        await stage.pilot.click(offset=(column, row), button=3)
        await stage.until(lambda: isinstance(stage.app.screen, ActionsScreen))
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        assert stage.app.draft.name == "spiral"

    played(tmp_path, play, at_presets=True)


@pytest.mark.parametrize("key", ["ctrl+@", pytest.param("ctrl+space", marks=pytest.mark.rare)])
def test_the_menu_has_a_key(tmp_path: Path, key: str) -> None:
    """As terminals send it with and without a newer protocol; esc closes it."""

    async def play(stage: Stage) -> None:
        await stage.press(key)
        await stage.until_seen("What can be done here")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        await stage.press("s")
        await stage.until(lambda: isinstance(stage.app.screen, SaveScreen))
        await stage.press(key)
        await stage.settled()
        assert isinstance(stage.app.screen, SaveScreen)

    played(tmp_path, play)


def test_a_key_that_can_not_be_used_says_why(tmp_path: Path) -> None:
    """Instead of doing nothing; what nobody declared stays silent."""
    said = {
        "g": "Nothing has diverged",
        "delete": "Only a layer can be removed",
        "z": "There is nothing to take back",
        "right": "Here enter edits: ← and → step a value between ‹ and ›, or open a block",
    }

    async def play(stage: Stage) -> None:
        for key, why in said.items():
            stage.app.clear_notifications()
            await stage.press("f12")
            await stage.press(key)
            await stage.until(lambda: stage.notices)
            assert [why in notice for notice in stage.notices] == [True], key

    played(tmp_path, play)


def test_what_is_told_again_stands_there_once(tmp_path: Path) -> None:
    """However often a key is pressed, before the first notice is drawn and after it."""

    async def play(stage: Stage) -> None:
        stage.burst("z", "z", "z", "delete")
        await stage.until(lambda: len(stage.notices) > 1)
        assert [one.split()[0] for one in stage.notices] == ["There", "Only"]

    played(tmp_path, play)


def test_a_press_on_what_has_just_gone_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual would ask where the parent is of what is still drawn, and end the app."""

    async def play(stage: Stage) -> None:
        gone = Static("gone")
        monkeypatch.setattr(
            type(stage.app.screen), "get_widget_and_offset_at", lambda *_: (gone, Offset(0, 0))
        )
        stage.app.post_message(MouseDown(None, 10, 5, 0, 0, 1, False, False, False))
        stage.burst("s")
        await stage.until(lambda: isinstance(stage.app.screen, SaveScreen))

    played(tmp_path, play)
