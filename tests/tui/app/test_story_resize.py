"""The picture is drawn for the room it has at once: running, paused or over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.app.stage import NARROW, Stage, played
from tests.tui.app.stand import made_run

pytestmark = pytest.mark.drawn


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def drawn(stage: Stage) -> tuple[int, int]:
    """The size of the boundary that is on the screen."""
    pictures = stage.workbench.shown.pictures
    if pictures is None or pictures.boundary is None:
        return 0, 0
    return pictures.boundary.columns, pictures.boundary.rows


def test_a_larger_screen_has_a_larger_picture(tmp_path: Path) -> None:
    """From 20 columns to 200 no report is waited for: running, paused and stopped."""

    async def grows(stage: Stage, columns: int, rows: int) -> None:
        await stage.until(lambda: stage.workbench.grid() == drawn(stage) != (0, 0))
        small = drawn(stage)
        await stage.pilot.resize_terminal(columns, rows)
        await stage.until(lambda: stage.workbench.grid() > small)
        await stage.until(lambda: drawn(stage) == stage.workbench.grid())
        assert stage.trainer.epoch == 1

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("3")
        stage.trainer.advance()
        await grows(stage, 60, 20)
        await stage.press("space")
        await stage.until_phase("paused")
        await grows(stage, 120, 36)
        await stage.press("x")
        await stage.until_phase("finished")
        await grows(stage, 200, 60)

    played(tmp_path, play, size=(20, 5))


def test_what_is_found_takes_no_room_of_the_picture(tmp_path: Path) -> None:
    """What the doctor finds while it trains stands in the lines on top, where no pane has it."""

    async def play(stage: Stage) -> None:
        await stage.press("3")
        await stage.train()
        stage.trainer.advance()
        await stage.until_seen("● outside")
        before = stage.workbench.grid()
        stage.trainer.find("dead-units", "layers[1]", "3 of the 4 units are dead")
        await stage.until_seen("▲ layers[1]: 3 of the 4", "● outside")
        await stage.settled()
        assert stage.workbench.grid() == before

    played(tmp_path, play, size=NARROW)


def test_a_resized_run_that_is_over(tmp_path: Path) -> None:
    """It is drawn anew from its checkpoint."""
    run = made_run(tmp_path, "old")

    async def play(stage: Stage) -> None:
        await stage.until_seen("● outside")
        before = stage.workbench.grid()
        await stage.pilot.resize_terminal(200, 60)
        await stage.until(lambda: stage.workbench.grid() > before)
        await stage.until(lambda: drawn(stage) == stage.workbench.grid())

    played(tmp_path, play, attach_to=run)
