"""An experiment that does not fit its data is made to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.screens.fix import FixScreen
from tui.screens.workbench import WorkbenchScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@BOTH_SIZES
def test_one_key_each_makes_it_fit(tmp_path: Path, size: tuple[int, int]) -> None:
    """Other data: f lists the ways out, 1 takes the first, z takes it back, esc changes nothing."""

    async def play(stage: Stage) -> None:
        draft = stage.app.draft
        draft.replace_component("data", "iris()")
        stage.workbench.show_draft()
        await stage.until_seen("Fix model…, 3 ways")
        broken = dict(draft.raw)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FixScreen))
        await stage.until_seen("Fix model: loss: BCELoss() needs 3 outputs", "1   use Cross")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        assert dict(draft.raw) == broken
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FixScreen))
        await stage.press("1")
        await stage.until(lambda: draft.experiment is not None)
        assert draft.layers() == ["Linear(4)", "ReLU()", "Linear(3)"]
        assert draft.raw["loss"] == "CrossEntropyLoss()"
        await stage.until(lambda: any("z takes it back" in one for one in stage.notices))
        await stage.until(lambda: "Fix model" not in stage.screen)
        await stage.press("z")
        assert dict(draft.raw) == broken

    played(tmp_path, play, size=size, experiment=small_experiment())


def test_a_slip_of_the_pen_is_offered_what_was_meant(tmp_path: Path) -> None:
    """A name that is nearly one is said in its line, and f writes the right one."""

    async def play(stage: Stage) -> None:
        stage.app.draft.replace_component((0,), "Linaer(4)")
        stage.workbench.show_draft()
        await stage.until_seen('unknown layer "Linaer"', "f: Fix model")
        await stage.press("f")
        await stage.until_seen("write Linear in place of Linaer")
        await stage.press("1")
        await stage.until(lambda: stage.app.draft.experiment is not None)
        assert stage.app.draft.layers()[0] == "Linear(4)"

    played(tmp_path, play)


def test_what_nobody_can_guess_offers_nothing(tmp_path: Path) -> None:
    """A name that is like no other is said in its line."""

    async def play(stage: Stage) -> None:
        stage.app.draft.replace_component((0,), "Quux(4)")
        stage.workbench.show_draft()
        await stage.until_seen('unknown layer "Quux"')
        await stage.settled()
        assert "Fix model" not in stage.screen
        await stage.press("f")
        assert isinstance(stage.app.screen, WorkbenchScreen)

    played(tmp_path, play)
