"""What is shown belongs to what is open: results of one experiment never stand beside another."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runs.run import Run
from tests.tui.app.stage import BOTH_SIZES, NARROW, SMALL, TINY, WIDE, Stage, played, sizes
from tests.tui.app.stand import made_run, small_experiment
from tui.screens.predict import PredictScreen
from tui.widgets.snapshot_view import SnapshotView


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def shows_no_training(stage: Stage) -> bool:
    """Whether no pane holds anything of a training."""
    views = [*stage.app.workbench.query(SnapshotView)]
    return bool(views) and all(
        view.snapshot.experiment is None
        and view.snapshot.pictures is None
        and not view.snapshot.series
        and view.snapshot.newest is None
        for view in views
    )


@sizes(WIDE, TINY, others=(NARROW, SMALL))
def test_another_preset_shows_nothing_of_the_last_training(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Its name is on the screen, no pane keeps anything, and what was trained comes back."""
    first, other = small_experiment(), small_experiment(data="xor(samples=20)")

    async def play(stage: Stage) -> None:
        await stage.until_seen("small")
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        stage.app.open_workbench("other", other)
        await stage.until_seen("other")
        await stage.until(lambda: shows_no_training(stage))
        assert "small" not in stage.screen
        stage.app.open_workbench("small", first)
        await stage.until_seen("small")
        await stage.until(lambda: not shows_no_training(stage))

    played(tmp_path, play, size=size)


def test_an_old_run_shows_its_own_and_nothing_of_a_newer_training(tmp_path: Path) -> None:
    """Also where the experiment is the same to the letter."""
    old = made_run(tmp_path, "small")

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        await stage.app.watch_run(old)
        await stage.until_seen(f"finished {old.name}", "epoch 12/30", "train 0.25")
        assert "0.750" not in stage.screen

    played(tmp_path, play)


def test_the_run_that_was_just_trained_shows_what_it_came_to(tmp_path: Path) -> None:
    """Opened from the list, it is there as it was asked for, under the name it began with."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        path = stage.app.controller.snapshot.run
        assert path is not None
        stage.app.open_workbench("other", small_experiment(seed=5))
        await stage.until(lambda: shows_no_training(stage))
        await stage.app.watch_run(Run(path))
        await stage.until_seen("finished small", "epoch 30/30")

    played(tmp_path, play)


def test_a_live_training_found_again_is_shown_whatever_is_edited(tmp_path: Path) -> None:
    """Left for another experiment, opened in Runs: it is the same training, under its name."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        path = stage.app.controller.snapshot.run
        assert path is not None
        stage.app.open_workbench("other", small_experiment(seed=5))
        await stage.until_seen("ready other", "another is training: space asks")
        await stage.app.watch_run(Run(path))
        await stage.until_seen("▶ running small", "epoch 2/30")
        stage.app.draft.add_layer((0,), "Linear(3)")
        stage.workbench.show_draft()
        await stage.until_seen("▶ running small", "changed: r begins this")

    played(tmp_path, play)


def test_prediction_asks_for_values_of_what_is_open(tmp_path: Path) -> None:
    """Nothing is predicted with the network of another experiment."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        layers = ["Linear(4)", "ReLU()", "Linear(3)"]
        wine = small_experiment(data="wine()", layers=layers, loss="CrossEntropyLoss()")
        stage.app.open_workbench("other", wine)
        await stage.until_seen("ready other")
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, PredictScreen))
        await stage.until_seen("Nothing is trained yet")

    played(tmp_path, play)


def test_keys_steer_only_what_is_shown(tmp_path: Path) -> None:
    """A training that is not open is neither stopped nor changed, and the notice names it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.app.open_workbench("other", small_experiment(seed=5))
        await stage.until_seen("another is training: space asks")
        for key in ("x", "plus", "backspace"):
            stage.app.clear_notifications()
            await stage.press(key)
            await stage.until(lambda: any("small is running" in one for one in stage.notices))
            assert stage.trainer.said == ["train small"], key

    played(tmp_path, play, size=NARROW)


def test_training_saved_under_another_name_keeps_its_results(tmp_path: Path) -> None:
    """Also when it is edited afterwards: it is the same experiment still."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        stage.app.draft.save_as("mine")
        stage.app.draft.add_layer((0,), "Linear(3)")
        stage.workbench.show_draft()
        await stage.until_seen("mine", "epoch 30/30", "changed: space trains this")

    played(tmp_path, play)


def test_a_run_of_an_opened_run_does_not_nest_names(tmp_path: Path) -> None:
    """It is named as the run was that it came from, and shown as its own."""
    old = made_run(tmp_path, "moons")

    async def play(stage: Stage) -> None:
        await stage.until_seen(old.name)
        await stage.press("r")
        await stage.until_seen("‖ paused moons")
        assert stage.trainer.said == ["train moons paused"]

    played(tmp_path, play, attach_to=old)


@BOTH_SIZES
def test_a_preset_with_a_table_in_it_is_named_as_the_table(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """On the screen and in the run's name; saved under another name it has that one."""
    table = tmp_path / "prices.csv"
    table.write_text("x,y,kind\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n")

    async def play(stage: Stage) -> None:
        await stage.press("1")
        await stage.until_seen(" small")
        stage.app.draft.set("data", f"csv({str(table)!r}, 'kind')")
        stage.workbench.show_draft()
        await stage.until_seen(" prices")
        await stage.train()
        assert stage.trainer.said == ["train prices"]
        await stage.until_seen("▶ running prices")
        stage.app.draft.save_as("mine")
        stage.workbench.show_draft()
        await stage.until_seen("▶ running mine")

    played(tmp_path, play, size=size)
