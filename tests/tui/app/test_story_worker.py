"""Stories of the whole app with a real trainer, which they share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.runs.run import all_runs
from engine.service.client.session import Session
from tests.tui.app.stage import Stage, played
from tests.tui.app.stand import FIRST_LAYER, small_experiment
from tui.screens.predict import PredictScreen

MANY = 1_000_000
"""Epochs: the story ends the training, not its last epoch."""


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_trained_to_the_end(tmp_path: Path, warm: Path) -> None:
    """A training ends with its boundary, its curve and its accuracy on the screen."""

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen(
            "✓ finished small", "epoch 30/30", "● outside", "● train", "Accuracy"
        )

    played(
        tmp_path,
        play,
        connect=partial(Session.connect, warm),
        experiment=small_experiment(test_fraction=0.25),
    )
    (run,) = all_runs(tmp_path / "runs")
    assert run.experiment().epochs == 30


def test_stepped_steered_reset_and_stopped(tmp_path: Path, warm: Path) -> None:
    """Batch, epoch, run, rate, pause, an edit and a reset all reach the training and the screen."""

    async def play(stage: Stage) -> None:
        await stage.press("n")
        await stage.until_seen("‖ paused", "step 1 ", "● outside")
        await stage.press("N")
        await stage.until_seen("step 2 ")
        await stage.press("space")
        await stage.until_seen("▶ running", "steps/s")
        await stage.press("plus")
        await stage.until_seen("lr 0.125")
        await stage.press("space")
        await stage.until_seen("‖ paused")
        await stage.press("1", *FIRST_LAYER, "down", "delete")
        await stage.until_seen("changed: r begins this")
        await stage.press("r")
        await stage.until(lambda: len(all_runs(tmp_path / "runs")) == 2)
        await stage.until_seen("‖ paused", "● outside")
        assert "begins this" not in stage.screen
        snapshot = stage.app.controller.snapshot
        assert snapshot.finished is None
        assert snapshot.experiment is not None
        assert len(snapshot.experiment.layers) == 3
        await stage.press("x")
        await stage.until_seen("■ stopped")

    played(
        tmp_path,
        play,
        connect=partial(Session.connect, warm),
        experiment=small_experiment(epochs=MANY),
    )


def test_predicted_and_its_code_shown(tmp_path: Path, warm: Path) -> None:
    """The trained network answers for typed values, and its script can be read."""

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen("✓ finished")
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, PredictScreen))
        await stage.press(*"0.5", "tab", *"-0.5", "enter")
        await stage.until_seen("(x1 0.5, x2 -0.5)")
        await stage.press("escape", "c")
        await stage.until_seen("import torch")

    played(tmp_path, play, connect=partial(Session.connect, warm))


def test_data_that_is_not_there(tmp_path: Path, warm: Path) -> None:
    """A file that is missing when training begins is named, and nothing is left half begun."""
    table = tmp_path / "points.csv"
    table.write_text("a,b,c\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    experiment = small_experiment(data=f"csv('{table}', target='c')")
    table.unlink()

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen("points.csv", "○ ready")

    played(tmp_path, play, connect=partial(Session.connect, warm), experiment=experiment)


def test_stopped_and_continued(tmp_path: Path, warm: Path) -> None:
    """A run that was stopped goes on from its epoch when the runs screen is asked to."""

    async def play(stage: Stage) -> None:
        await stage.press("N")
        await stage.until_seen("‖ paused", "step 1 ")
        await stage.press("x")
        await stage.until_seen("■ stopped", "epoch 1/")
        await stage.press("R")
        await stage.until_seen("stopped")
        await stage.press("c")
        await stage.until_seen("▶ running", "steps/s")
        await stage.press("x")
        await stage.until_seen("■ stopped")
        (run,) = all_runs(tmp_path / "runs")
        finished = stage.app.controller.snapshot.finished
        assert finished is not None
        assert finished.epochs > 1
        assert finished.run == str(run.path)

    played(
        tmp_path,
        play,
        connect=partial(Session.connect, warm),
        experiment=small_experiment(epochs=MANY),
    )
