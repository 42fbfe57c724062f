"""Every screen at every size: whole where there is room, never broken where there is none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from textual.widget import Widget

from tests.tui.app.stage import BOTH_SIZES, NARROW, SMALL, TINY, WIDE, Stage, played, sizes
from tests.tui.app.stand import made_run
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.status import StatusLine

SCREENS: dict[str, Sequence[str]] = {
    "WorkbenchScreen": (),
    "ComponentForm": ("1", "enter"),
    "RunsScreen": ("R",),
    "HelpScreen": ("question_mark",),
    "SettingsScreen": ("comma",),
    "CodeScreen": ("c",),
    "PredictScreen": ("p",),
    "SaveScreen": ("s",),
    "QuitScreen": ("q",),
    "Palette": ("ctrl+p",),
    "PresetsScreen": ("escape",),
}
"""Keys that lead from the workbench to each screen; the last opens another experiment."""


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@sizes(SMALL, TINY, others=(WIDE, NARROW))  # at which all of them have snapshots
def test_every_screen_stands_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    """Each screen shows something, has a focus that is seen, and is left with esc."""
    made_run(tmp_path)

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        for name, keys in SCREENS.items():
            if keys:
                await stage.press(*keys)
            await stage.until(partial(_is_shown, stage, name))
            await stage.until(stage.screen.strip)
            if name != "WorkbenchScreen" or size == WIDE:  # else the picture is seen alone
                await stage.until(lambda: _is_seen(stage.app.focused, size))
            if name == "PresetsScreen":
                await stage.press("enter")
            elif keys:
                await stage.press("escape")
            await stage.until(lambda: stage.app.screen is stage.app.workbench)

    played(tmp_path, play, size=size)


@pytest.mark.rare  # `test_resize_storm` is its sibling on a terminal
def test_a_storm_of_sizes_is_survived(tmp_path: Path) -> None:
    """Forty sizes while it trains leave a workbench that is whole again at the end."""
    chance = random.Random(0)

    async def play(stage: Stage) -> None:
        await stage.train()
        for number in range(40):
            await stage.pilot.resize_terminal(chance.randint(1, 140), chance.randint(1, 45))
            if number % 10 == 0:
                stage.trainer.advance()
        await stage.pilot.resize_terminal(*WIDE)
        await stage.until_seen(
            "▶ running", "Linear(4)", "● outside", "● train", "Accuracy", "q Quit"
        )

    played(tmp_path, play)


@BOTH_SIZES
def test_the_footer_names_what_matters(tmp_path: Path, size: tuple[int, int]) -> None:
    """The keys of a training, help and quit are on the workbench at both sizes, not cut off."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("space Run", "n Batch", "N Epoch", "r Reset", "? Help", "q Quit")
        footer = stage.screen.splitlines()[-1]
        assert footer.rstrip().endswith("q Quit")

    played(tmp_path, play, size=size)


def test_a_click_on_the_footer_presses_the_key(tmp_path: Path) -> None:
    """A click on `space Run` begins the training."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.pilot.click(offset=(3, WIDE[1] - 1))
        await stage.until_phase("running")

    played(tmp_path, play)


def _is_shown(stage: Stage, name: str) -> bool:
    return type(stage.app.screen).__name__ == name


def _is_seen(widget: Widget | None, size: tuple[int, int]) -> bool:
    """Whether a widget has the focus and a cell on the screen."""
    if widget is None:
        return False
    region = widget.region
    return region.area > 0 and region.x < size[0] and region.y < size[1]


@BOTH_SIZES
def test_figures_stand_on_one_line_from_the_start(tmp_path: Path, size: tuple[int, int]) -> None:
    """On the second where there is room for both; the screen's class comes after its size."""

    async def play(stage: Stage) -> None:
        stage.burst("slash", *"circle", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        await stage.settled()
        assert stage.workbench.query_one(StatusLine).facts == (size == WIDE)

    played(tmp_path, play, size=size, at_presets=True)
