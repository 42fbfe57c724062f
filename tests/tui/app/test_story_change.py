"""A change is judged by itself: by the training before it, without what was said of that."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.geometry import Region
from textual.widgets._toast import Toast

from tests.tui.app.stage import BOTH_SIZES, NARROW, WIDE, Stage, played
from tests.tui.app.stand import FIRST_LAYER, made_run, small_experiment
from tui.widgets.editor import Editor
from tui.widgets.notes import DoctorNote


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@BOTH_SIZES
def test_before_and_now(tmp_path: Path, size: tuple[int, int]) -> None:
    """One line says how it was, how it is and what was changed, once the training has ended."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_seen("✓ finished small")
        assert "before 0." not in stage.screen
        stage.app.draft.set("epochs", "20")
        stage.workbench.show_draft()
        await stage.press("space")
        await stage.until_phase("running")
        stage.trainer.advance(19)
        await stage.until_seen("epoch 20/20")
        assert "before 0." not in stage.screen
        stage.trainer.advance()
        await stage.until_seen("before 0.750, now 0.750 (train accuracy): epochs 30 → 20")
        stage.app.open_workbench("other", small_experiment(seed=5))
        await stage.until(lambda: "before 0." not in stage.screen)

    played(tmp_path, play, size=size)


def test_an_opened_run_is_what_a_change_is_judged_by(tmp_path: Path) -> None:
    """Opened, changed, trained: beside what the run came to."""
    run = made_run(tmp_path, "old")

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished")
        stage.app.draft.set("seed", "1")
        stage.workbench.show_draft()
        await stage.press("space")
        await stage.until_phase("running")
        stage.trainer.advance(30)
        await stage.until_seen("before 0.750, now 0.750 (train accuracy): seed 0 → 1")

    played(tmp_path, play, attach_to=run)


@BOTH_SIZES
def test_warnings_of_a_training_go_with_a_change(tmp_path: Path, size: tuple[int, int]) -> None:
    """They are of the network that was trained; taken back, they stand again."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(5)
        stage.trainer.find("dead-units", "layers[1]", "3 of the 4 units are dead")
        await stage.until_seen("the 4 units")
        await stage.press("x")
        await stage.until_seen("■ stopped small", "the 4 units")
        await stage.press("1", *FIRST_LAYER, "down", "delete")
        await stage.until_seen("changed: space trains this")
        await stage.until(lambda: "the 4 units" not in stage.screen)
        await stage.press("z")
        await stage.until_seen("the 4 units")

    played(tmp_path, play, size=size)


def test_the_cursor_begins_at_the_top_of_another_experiment(tmp_path: Path) -> None:
    """It stays while one is edited, and when it is trained as another run."""

    async def play(stage: Stage) -> None:
        editor = stage.app.workbench.query_one(Editor)
        await stage.press(*FIRST_LAYER, "delete")
        await stage.until(lambda: editor.cursor == 4 and stage.app.draft.is_edited)
        stage.app.open_workbench("other", small_experiment(seed=5))
        await stage.until(lambda: editor.cursor == 0)
        await stage.press("down", "down")
        await stage.until(lambda: editor.cursor == 2)
        await stage.train()
        assert editor.cursor == 2

    played(tmp_path, play)


@BOTH_SIZES
def test_a_toast_covers_nothing_that_is_said(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the doctor's note, or its word on top where that has no room, nor the keys below."""
    monkeypatch.setattr(App, "NOTIFICATION_TIMEOUT", 3600)  # it is seen, however slow all is

    async def play(stage: Stage) -> None:
        await stage.until_seen("▲ layers[0]" if size == NARROW else "f repairs it")
        await stage.press("y")
        await stage.until(lambda: shown(stage))
        (toast,) = shown(stage)
        rows = stage.screen.splitlines()
        assert toast.y > next(n for n, row in enumerate(rows) if "layers[0]" in row) or size == WIDE
        note = stage.workbench.query_one(DoctorNote).region
        assert bool(note.area) == (size == WIDE)
        assert not toast.intersection(note).area
        assert toast.bottom < size[1]

    def shown(stage: Stage) -> list[Region]:
        return [toast.region for toast in stage.app.screen.query(Toast) if toast.region.area]

    played(tmp_path, play, size=size, toasts=True)
