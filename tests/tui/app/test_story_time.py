"""A person slows a training to see it, and looks back at what it was."""

from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path

import pytest

from engine.runs.run import all_runs
from engine.service.client.session import Session
from engine.spec.experiment_reader import from_raw
from tests.engine.training.tiny import SMALL
from tests.tui.app.replay import STEPS_PER_EPOCH
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tui.live.pace import faster, is_first_run, slower
from tui.settings import Settings, settings_file
from tui.widgets.picture import PictureView
from tui.widgets.time_slider import TimeSlider


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is this test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def _step(stage: Stage) -> int | None:
    """Of the moment that is seen; None for now."""
    past = stage.workbench.query_one(PictureView).snapshot.past
    return None if past is None else past.step


async def _trained(stage: Stage, epochs: int) -> None:
    await stage.train()
    for _ in range(epochs):
        stage.trainer.advance()
    await stage.until(lambda: stage.app.controller.snapshot.newest is not None)


@BOTH_SIZES
def test_braces_go_back_and_forth(tmp_path: Path, size: tuple[int, int]) -> None:
    """It is said that this is the past, and which; space is now again, and pauses nothing."""

    async def play(stage: Stage) -> None:
        await _trained(stage, 3)
        per_epoch = stage.trainer.step_done // 3
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) == 3 * per_epoch)
        await stage.press("left_curly_bracket", "left_curly_bracket")
        await stage.until(lambda: _step(stage) == per_epoch)
        await stage.until_seen(f"step {per_epoch:,}", "epoch 1", "the past")
        drawn = stage.workbench.query_one(PictureView).snapshot.pictures
        await stage.press("right_curly_bracket")
        await stage.until(lambda: _step(stage) == 2 * per_epoch)
        assert stage.workbench.query_one(PictureView).snapshot.pictures != drawn
        await stage.press("space")
        await stage.until(lambda: _step(stage) is None)
        assert stage.phase == "running"
        assert "the past" not in stage.screen

    played(tmp_path, play, size=size)


def test_forward_beyond_the_newest_is_now(tmp_path: Path) -> None:
    """As esc is, which leaves the workbench only from now."""

    async def play(stage: Stage) -> None:
        await _trained(stage, 2)
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) is not None)
        await stage.press("right_curly_bracket")
        await stage.until(lambda: _step(stage) is None)
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) is not None)
        workbench = stage.workbench
        await stage.press("escape")
        await stage.until(lambda: _step(stage) is None)
        assert stage.app.screen is workbench

    played(tmp_path, play)


def test_the_mouse_moves_the_slider(tmp_path: Path) -> None:
    """A click at the line's left end is the first moment."""

    async def play(stage: Stage) -> None:
        await _trained(stage, 3)
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) is not None)
        await stage.settled()
        await stage.pilot.mouse_down(TimeSlider, offset=(7, 0))
        await stage.pilot.mouse_up(TimeSlider, offset=(7, 0))
        await stage.until(lambda: _step(stage) == 0)

    played(tmp_path, play)


def test_there_is_no_past_of_what_was_not_kept(tmp_path: Path) -> None:
    """Neither before the first training nor without snapshots; a sentence says so."""

    async def play(stage: Stage) -> None:
        await stage.press("left_curly_bracket")
        await stage.until(lambda: stage.notices)
        assert stage.notices[-1] == "nothing was trained yet, so there is no past to see"
        await _trained(stage, 1)
        stage.trainer.keeps_snapshots = False
        await stage.press("left_curly_bracket")
        await stage.until(lambda: len(stage.notices) == 2)
        assert stage.notices[-1] == "this run keeps no snapshots, so there is no past to see"
        assert _step(stage) is None

    played(tmp_path, play, toasts=True)


def test_a_new_run_continues_from_the_past(warm: Path, tmp_path: Path) -> None:
    """With a real trainer: the run that is over is seen as it was, and C begins one from there."""
    experiment = from_raw({**SMALL, "epochs": 30, "batch_size": 8})

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_phase("finished")
        last = stage.workbench.query_one(PictureView).snapshot.pictures
        await stage.press("left_curly_bracket", "left_curly_bracket")
        await stage.until(lambda: _step(stage) not in (None, 90))
        seen = stage.workbench.query_one(PictureView).snapshot
        assert seen.pictures != last
        assert seen.evaluated.keys() == {"train"}
        assert seen.past is not None
        stage.app.controller.travel.leave()
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) is not None)
        step = _step(stage)
        await stage.press("C")
        await stage.until(lambda: len(all_runs(tmp_path / "runs")) == 2)
        await stage.until_phase("finished")
        old, new = all_runs(tmp_path / "runs")
        assert new.started().started_from == f"{old.path.absolute()}@{step}"
        assert stage.app.draft.experiment is not None
        assert stage.app.draft.experiment.start_from.endswith(f"step-{step}.safetensors")

    played(tmp_path, play, connect=partial(Session.connect, warm), experiment=experiment)


def test_a_pace_is_kept_and_remembered(tmp_path: Path) -> None:
    """< and > go down and up; the next training, and the next session, begin with it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("less_than_sign")
        await stage.until(lambda: stage.trainer.said[-1] == "pace 100")
        await stage.press("less_than_sign")
        await stage.until(lambda: stage.trainer.said[-1] == "pace 25")
        stage.trainer.advance()
        await stage.until_seen("slowed to be seen: > faster")
        assert Settings.load().pace == "25"
        await stage.press("r")
        await stage.until_phase("paused")
        assert stage.trainer.pace == 25
        await stage.press("greater_than_sign", "greater_than_sign")
        await stage.until(lambda: stage.trainer.said[-1] == "pace 0")
        assert tomllib.loads(settings_file().read_text("utf-8"))["pace"] == "full"

    played(tmp_path, play)


def test_a_preset_s_first_run_is_slow_enough_to_be_seen(tmp_path: Path) -> None:
    """It takes about five seconds, which the screen says; one key is full speed, for that run
    alone; the second run is not slowed.
    """

    async def play(stage: Stage) -> None:
        await stage.train()
        experiment = stage.app.controller.snapshot.experiment
        assert experiment is not None
        assert stage.trainer.pace * 5 == experiment.epochs * STEPS_PER_EPOCH
        stage.trainer.advance()
        await stage.until_seen("slowed to be seen: > full speed")
        await stage.press("greater_than_sign")
        await stage.until(lambda: stage.trainer.said[-1] == "pace 0")
        assert stage.app.settings.pace == "auto"
        await stage.press("r")
        await stage.until_phase("paused")
        assert stage.trainer.pace == 0

    played(tmp_path, play, name="circle")


def test_the_ladder_of_paces() -> None:
    """Faster ends at full speed, and so does a pace beside the ladder; slower ends at one."""
    assert [faster(pace) for pace in (1, 5, 25, 100, 0, 20)] == [5, 25, 100, 0, 0, 0]
    assert [slower(pace) for pace in (0, 100, 25, 5, 1, 20, 0.5)] == [100, 25, 5, 1, 1, 5, 1]


def test_a_first_run_is_a_preset_s(tmp_path: Path) -> None:
    """What is no preset's has none; where there is a run of it, the next is not the first."""
    assert is_first_run("circle", tmp_path)
    assert not is_first_run("mine", tmp_path)
    run = tmp_path / "20261126-120000-circle-0001"
    run.mkdir()
    (run / "experiment.toml").touch()
    assert not is_first_run("circle", tmp_path)
    assert is_first_run("spiral", tmp_path)


def test_the_slider_has_a_row_on_the_smallest_screen(tmp_path: Path) -> None:
    """It takes that of the losses: nothing is scrolled out of sight."""

    async def play(stage: Stage) -> None:
        await _trained(stage, 3)
        await stage.press("left_curly_bracket")
        await stage.until_seen("past ├")
        assert stage.workbench.max_scroll_y == 0
        assert "Help" in stage.screen
        await stage.press("space")
        await stage.until(lambda: "past ├" not in stage.screen)
        await stage.until_seen("train")

    played(tmp_path, play, size=(20, 5))
