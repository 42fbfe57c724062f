"""Every pane that is declared is there: in its column, behind its key, in the tabs and the help."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from textual.app import App

from tests.tui.app.stage import NARROW, WIDE, Stage, played
from tui.screens.help import all_keys
from tui.widgets.pane import COLUMNS, LESSON, NAMES, PaneFrame, keys_line, names, tabs
from tui.widgets.pane import PANES as ALL

PANES = [pane for pane in ALL if pane.name != LESSON]
"""Those that are always there."""
COLUMNS_SEEN = [column for column in COLUMNS if column != LESSON]


def test_all_panes_are_seen_where_there_is_room(tmp_path: Path) -> None:
    """Each has room of its own, in its column, below those that were declared before it."""

    async def play(stage: Stage) -> None:
        await stage.until_seen(*(f"─ {n} " for n, _ in enumerate(PANES, 1)))
        frames = {pane.name: stage.app.screen.query_one(f"#{pane.name}") for pane in PANES}
        panes = sorted(PANES, key=lambda pane: COLUMNS_SEEN.index(pane.column))
        places = [
            (
                COLUMNS_SEEN.index(pane.column),
                frames[pane.name].region.x,
                frames[pane.name].region.y,
            )
            for pane in panes
        ]
        for column in range(len(COLUMNS_SEEN)):
            below = [place for place in places if place[0] == column]
            assert below == sorted(below)
        assert len({x for _, x, _ in places}) == len(COLUMNS_SEEN)
        assert all(frame.size.height > 3 for frame in frames.values())

    played(tmp_path, play, size=WIDE)


def test_every_pane_has_a_key_and_a_tab(tmp_path: Path) -> None:
    """Where there is room for one, its digit shows it alone, and the tabs name them all."""

    async def play(stage: Stage) -> None:
        keys = [
            (key.label, key.does)
            for section in all_keys(cast("App[object]", stage.app), [stage.app.screen])
            for key in section.keys
        ]
        for digit, pane in enumerate(PANES, start=1):
            await stage.press(str(digit))
            frame = stage.app.screen.query_one(f"#{pane.name}", PaneFrame)
            await stage.until(lambda frame=frame: frame.size.height > 3)  # type: ignore[misc]  # bound now
            seen = [one.id for one in stage.app.screen.query(PaneFrame) if one.size.height]
            assert seen == [pane.name]
            assert (str(digit), pane.name.capitalize()) in keys
            await stage.until_seen(f"{digit} {pane.name}")

    played(tmp_path, play, size=NARROW)


def test_a_panes_keys_are_never_cut() -> None:
    """Closer together where room is tight; the last are left out where that is not enough."""
    keys = (("enter", "set"), ("[ ]", "smooth"), ("z", "back"))
    whole = "[b]enter[/b] set  [b]\\[ ][/b] smooth  [b]z[/b] back"
    assert keys_line(keys, 29) == whole
    assert keys_line(keys, 28) == keys_line(keys, 27) == whole.replace("  ", " ")
    assert keys_line(keys, 26) == "[b]enter[/b] set  [b]\\[ ][/b] smooth"
    assert keys_line(keys, 3) == ""


def test_tabs_have_room_at_eighty_columns() -> None:
    """Every name is written out there; narrower, the chosen one alone has its name."""
    usual = names(with_lesson=False)
    whole = "".join(f" {n} {name} " for n, name in enumerate(usual, 1))
    assert tabs(NAMES[0], 80, usual).plain == whole
    assert tabs(LESSON, 80).plain == " 1  2  3  4  5  6  7  8 lesson "
    short = tabs(NAMES[0], 20).plain
    assert short.startswith(f" 1 {NAMES[0]} ")
    assert not any(name in short for name in NAMES[1:])


def test_the_curves_of_each_metric_are_a_key_away(tmp_path: Path) -> None:
    """`V` leads from the loss to what else reports tell, and back."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("● train 0.3333")
        frame = stage.app.screen.query_one("#loss", PaneFrame)
        await stage.press("V")
        await stage.until_seen("● train 0.75   ▲ test 0.5")
        assert frame.border_title == "4 Accuracy"
        await stage.press("V")
        await stage.until_seen("● train 0.3333")
        assert frame.border_title == "4 Loss"

    played(tmp_path, play, size=WIDE)
