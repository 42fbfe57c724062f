"""Presenting for a projector: one thing at a time, and no key that does anything by accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.lessons import progress
from tests.tui.app.stage import BOTH_SIZES, WIDE, Stage, played
from tests.tui.app.test_story_lesson import TINY
from tests.tui.command_line import Bench
from tui.screens.confirm import ConfirmScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, lessons and progress of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    folder.mkdir(parents=True)
    (folder / "tiny.toml").write_text(TINY)


@BOTH_SIZES
def test_an_experiment_goes_by_in_stages(tmp_path: Path, size: tuple[int, int]) -> None:
    """Data, network, training, what it predicts, inside; back leads back, and trains nothing."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("The data", "circle(samples=20) asks", "1 of 5")
        assert "Experiment" not in stage.screen
        await stage.until_phase("ready")
        await stage.press("right")
        await stage.until_seen("The network", "2 of 5")
        await stage.press("right")
        await stage.until_seen("The training", "3 of 5")
        await stage.until_phase("running")
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        await stage.press("right", "left", "left", "right")
        await stage.until_seen("The training", "● train" if size == WIDE else "train")
        assert stage.phase == "finished"
        await stage.press("right", "right", "right", "pagedown")
        await stage.until_seen("Inside the network", "5 of 5")

    played(tmp_path, play, size=size, presents=True)


def test_no_key_does_anything_by_accident(tmp_path: Path) -> None:
    """Neither trains, edits, opens nor leaves; the line can be shared, and esc asks."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        screen, before = stage.app.screen, dict(stage.app.draft.raw)
        keys = ["space", "n", "r", "1", "8", "enter", "delete", "a", "R", "D", "L", "comma", "z"]
        await stage.press(*keys, "question_mark", "h", "m", "s", "p", "c", "f", "tab", "Z")
        assert stage.app.screen is screen
        assert dict(stage.app.draft.raw) == before
        assert stage.phase == "ready"
        assert stage.notices == []
        await stage.until_seen("1 of 5")
        await stage.press("y")
        assert stage.app.clipboard == stage.app.draft.command_line()
        await stage.press("q")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is screen)
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("y")
        await stage.until(lambda: not stage.app.is_running or stage.app._exit)

    played(tmp_path, play, presents=True)


def test_a_lesson_is_presented_with_its_solutions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, then what it asks for is done, then the next; nothing of it counts as learned."""
    monkeypatch.setattr("tui.screens.demonstration.BETWEEN_S", 0.0)

    async def play(stage: Stage) -> None:
        await stage.until_seen("Ask", "How wide is it?", "1 of 3")
        await stage.until_phase("ready")
        await stage.press("right")
        await stage.until_seen("✓ Four of 17 parameters.")
        await stage.press("right")
        await stage.until_seen("Press space.", "2 of 3")
        await stage.press("right")
        await stage.until_phase("running")
        stage.trainer.advance(2)
        await stage.until_seen("2 epochs.")
        await stage.press("right")
        await stage.until_seen("Make it wider.", "3 of 3")
        await stage.press("right")
        await stage.until_seen("Now 8.", "Linear(8)")
        await stage.press("left")
        await stage.until_seen("Make it wider.")
        await stage.press("left")
        await stage.until_seen("Press space.")
        assert progress.standings() == {}

    played(tmp_path, play, lesson="tiny", presents=True)


def test_what_can_be_presented(bench: Bench) -> None:
    """It takes a terminal; what is nothing wants none."""
    assert "presenting it takes a terminal" in bench.refused("present", "circle")
    assert "presenting it takes a terminal" in bench.refused("present", "filters")
    assert bench.refused("present", "circel").endswith("nor a run: did you mean circle?")
