"""Stories of the whole app: train, pause, step, steer, reset."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from engine.errors import DataUnavailable
from tests.tui.app.replay import Workers
from tests.tui.app.stage import BOTH_SIZES, NARROW, SMALL, WIDE, Stage, played, sizes
from tests.tui.app.stand import FIRST_LAYER, made_run, small_experiment
from tui.messages import DraftChanged
from tui.widgets.pane import NAMES


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_a_preset_is_picked_trained_and_seen(tmp_path: Path) -> None:
    """Enter and space lead from the first screen to a boundary, a curve and an accuracy."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("circle", "enter opens it")
        await stage.press("slash", *"circle", "enter")
        await stage.until_seen("circle()", "space trains it")
        await stage.train()
        stage.trainer.advance(100)
        await stage.until_seen("✓ finished circle", "epoch 100/100", "● outside", "▲ inside")
        await stage.until_seen("train 0.01", "test 0.135", "0.750", "0.500")
        assert stage.trainer.said == ["train circle"]

    played(tmp_path, play, at_presets=True)


def test_space_pauses_and_continues(tmp_path: Path) -> None:
    """Space pauses what runs and lets it go on, and the footer says which."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("▶ running small", "epoch 4/30", "space Pause")
        await stage.press("space")
        await stage.until_seen("‖ paused small", "step 12", "space Run")
        await stage.press("space")
        await stage.until_seen("▶ running")
        assert stage.trainer.said == ["train small", "pause", "go on"]

    played(tmp_path, play)


def test_one_batch_and_one_epoch(tmp_path: Path) -> None:
    """n trains one batch and N to the end of the epoch, from the very beginning on."""

    async def play(stage: Stage) -> None:
        await stage.press("n")
        await stage.until_seen("‖ paused small", "step 1")
        await stage.press("N")
        await stage.until_seen("epoch 2/30", "step 4", "1.0000")
        assert stage.trainer.said == ["train small paused", "step 1 batches", "step 1 epochs"]

    played(tmp_path, play)


def test_keys_change_the_rate_of_the_running_training(tmp_path: Path) -> None:
    """+ and - multiply the learning rate, and the status line says the new one."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.until_seen("lr 0.1 ")
        await stage.press("plus")
        await stage.until_seen("lr 0.125")
        await stage.press("minus")
        await stage.until_seen("lr 0.1 ")
        assert stage.trainer.said == ["train small", "rate x 1.25", "rate x 1"]

    played(tmp_path, play)


@sizes(SMALL, others=(WIDE, NARROW))
def test_the_confusion_matrix_of_data_with_a_boundary(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """M shows which class is taken for which, while it trains and of the final weights."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.press("3", "M")
        await stage.until_seen("Actual ↓  predicted →")
        await stage.until(lambda: re.search(r"0 outside +1 +·", stage.screen))
        stage.trainer.finish()
        await stage.until(lambda: re.search(r"0 outside +2 +1", stage.screen))
        await stage.press("M")
        await stage.until_seen("Prec")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_download_shows_how_far_it_is(tmp_path: Path, size: tuple[int, int]) -> None:
    """Before the training the bytes are told as they come, then the preparing; x calls it off."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        stage.trainer.fetched.clear()
        await stage.press("space")
        await stage.until_phase("preparing")
        stage.trainer.download(2_000_000, 8_000_000)
        await stage.until_seen("downloading data.gz: 25%, 2.0 of 8.0 MB; x calls it off")
        stage.trainer.download(3_000_000, None)
        await stage.until_seen("downloading data.gz: 3.0 MB; x")
        stage.trainer.download(8_000_000, 8_000_000)
        await stage.until_seen("preparing the first step")
        await stage.press("x")
        await stage.until_seen("stopped before the training began")
        await stage.train()
        await stage.until(lambda: "downloading" not in stage.screen)

    played(tmp_path, play, size=size)


def test_the_rate_is_shown_while_it_waits(tmp_path: Path) -> None:
    """Before the first step and in a pause the status line says the rate that a key just set."""

    async def play(stage: Stage) -> None:
        await stage.press("r")
        await stage.until_phase("paused")
        await stage.until_seen("lr 0.1 ")
        await stage.press("plus")
        await stage.until_seen("lr 0.125")
        await stage.press("n", "minus")
        await stage.until_seen("lr 0.1 ", "step 1")
        assert stage.phase == "paused"

    played(tmp_path, play)


def test_an_edited_rate_applies_at_once(tmp_path: Path) -> None:
    """A learning rate that is edited goes to the running training, and undo takes it back."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.until_seen("lr 0.1 ")
        draft = stage.app.draft
        draft.replace_component("optimizer", "SGD(lr=0.05)")
        stage.workbench.post_message(DraftChanged())
        await stage.until_seen("lr 0.05")
        assert "begins this" not in stage.screen
        await stage.press("z")
        await stage.until_seen("lr 0.1 ")
        assert stage.trainer.said == ["train small", "rate x 0.5", "rate x 1"]

    played(tmp_path, play)


def test_a_changed_layer_waits_for_reset(tmp_path: Path) -> None:
    """A removed layer says that it is not what trains; reset begins a new run with it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("space")
        await stage.until_phase("paused")
        await stage.press("1", *FIRST_LAYER, "down", "delete")
        await stage.until_seen("changed: r begins this")
        assert stage.trainer.said == ["train small", "pause"]
        await stage.press("r")
        await stage.until(lambda: "train small paused" in stage.trainer.said)
        await stage.until_phase("paused")
        assert stage.trainer.said == ["train small", "pause", "stop", "train small paused"]
        assert "ReLU()" not in map(str, stage.trainer.experiment.layers)
        assert len(stage.trainer.experiment.layers) == 3
        await stage.until(lambda: "begins this" not in stage.screen)

    played(tmp_path, play)


def test_nothing_of_the_run_before_is_left_after_a_reset(tmp_path: Path) -> None:
    """A reset shows no curve, scores or end of the run before it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(5)
        await stage.until_seen("train 0.2")
        await stage.press("r")
        await stage.until_phase("paused")
        await stage.until_seen("‖ paused", "The loss curve appears", "The scores appear")
        assert stage.app.controller.snapshot.finished is None

    played(tmp_path, play)


def test_reset_with_a_new_seed(tmp_path: Path) -> None:
    """ctrl+r begins again with the next seed."""

    async def play(stage: Stage) -> None:
        await stage.press("ctrl+r")
        await stage.until_phase("paused")
        assert stage.trainer.experiment.seed == 1

    played(tmp_path, play)


def test_back_to_the_last_checkpoint(tmp_path: Path) -> None:
    """B goes back to the best checkpoint, and the curve forgets what came after."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.press("space")
        await stage.until_seen("‖ paused", "epoch 4/30")
        await stage.press("B")
        await stage.until_seen("epoch 1/30", "step 0")
        assert stage.trainer.said[-1] == "rewind best"

    played(tmp_path, play)


def test_space_is_not_lost_while_the_trainer_starts(tmp_path: Path) -> None:
    """Space, even twice, before the trainer listens begins one run once it does."""
    workers = Workers(are_held=True)

    async def play(stage: Stage) -> None:
        await stage.until_seen("starting", "space may be pressed already")
        await stage.press("space", "space")
        workers.ready.set()
        await stage.until_phase("running")
        assert stage.trainer.said == ["train small"]

    played(tmp_path, play, workers=workers)


def test_a_lost_trainer_is_named_and_replaced(tmp_path: Path) -> None:
    """When the trainer is gone the screen says so, and space begins with a fresh one."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.lose("the trainer was killed")
        await stage.until_seen("✗ lost", "the trainer was killed", "space begins with a fresh")
        await stage.press("space")
        await stage.until_seen("▶ running")
        assert len(stage.workers.given) == 2
        assert stage.trainer.said == ["train small"]
        assert "killed" not in stage.screen

    played(tmp_path, play)


def test_divergence_is_named(tmp_path: Path) -> None:
    """A training whose loss is no number says so, at which rate, and what helps."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(2)
        stage.trainer.diverge()
        await stage.until_seen("diverged: g goes back", "became nan", "rate 1000", "r begins anew")

    played(tmp_path, play)


def test_data_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    """Without its data nothing is trained, the message says why, and space tries again."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        stage.trainer.refusal = DataUnavailable("points.csv: there is no such file")
        await stage.press("space")
        await stage.until_seen("○ ready", "points.csv: there is no such file")
        await stage.train()
        await stage.until_seen("▶ running")
        assert "no such file" not in stage.screen

    played(tmp_path, play)


def test_a_narrow_screen_shows_what_happens(tmp_path: Path) -> None:
    """Where there is room for one pane, space shows the picture; digits and tab lead on."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("1 experiment", "Linear(4)")
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("● outside", "▲ inside")
        await stage.press("tab")
        await stage.until_seen("● train 0.3333")
        await stage.press("5")
        await stage.until_seen("Split", "Accuracy")
        await stage.press(str(len(NAMES) - 1), "tab")  # the last is a lesson's, and there is none
        await stage.until_seen("Linear(4)")
        await stage.press("1", *FIRST_LAYER, "down", "delete")
        await stage.until(lambda: len(stage.app.draft.layers()) == 3)

    played(tmp_path, play, size=NARROW)


def test_an_interrupted_run_is_continued(tmp_path: Path) -> None:
    """On the runs screen c goes on with a run that ended early, its curve included."""
    run = made_run(tmp_path, reason="interrupted", title="Small")

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.press("R")
        await stage.until_seen(run.name, "interrupted")
        await stage.press("c")
        await stage.until_seen("▶ running")
        stage.trainer.advance()
        await stage.until_seen("epoch 14/30")
        assert stage.trainer.said == [f"resume {run.name}"]

    played(tmp_path, play)


def test_continuing_stops_the_live_run_first(tmp_path: Path) -> None:
    """Continuing another run while one trains stops and keeps that one, as reset does."""
    run = made_run(tmp_path, reason="interrupted")

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("R")
        await stage.until_seen("interrupted")
        rows = stage.app.screen.query_one("RunList")
        await stage.press("end")
        assert rows.has_focus
        await stage.press("c")
        await stage.until(lambda: f"resume {run.name}" in stage.trainer.said)
        assert stage.trainer.said == ["train small", "stop", f"resume {run.name}"]
        await stage.until_phase("running")

    played(tmp_path, play)


def test_three_trainings_one_after_the_other(tmp_path: Path) -> None:
    """A finished training can be begun again with r and space, on the same trainer."""

    async def play(stage: Stage) -> None:
        for _ in range(3):
            await stage.press("r")
            await stage.until_phase("paused")
            await stage.train()
            stage.trainer.advance(5)
            await stage.until_seen("✓ finished", "epoch 5/5")
        assert len(stage.workers.given) == 1

    played(tmp_path, play, experiment=small_experiment(epochs=5))


def test_each_ending_has_its_own_words(tmp_path: Path) -> None:
    """What was stopped or diverged has not finished."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.press("x")
        await stage.until_seen("■ stopped small", "epoch 3/30")
        await stage.train()
        stage.trainer.advance()
        stage.trainer.diverge()
        await stage.until_seen("✗ diverged small")

    played(tmp_path, play)


def _is_chosen(stage: Stage, name: str) -> bool:
    return stage.workbench.pane == name


@sizes((40, 12), others=(NARROW,))
def test_a_click_on_a_tab_shows_its_pane(tmp_path: Path, size: tuple[int, int]) -> None:
    """Also where only the chosen one has its name."""

    async def play(stage: Stage) -> None:
        for name in ("scores", "picture", "loss", "experiment"):
            await stage.until_seen(" 4")
            row = stage.screen.splitlines()[2]
            assert "1" in row, row
            key = str(NAMES.index(name) + 1)
            await stage.pilot.click("#tabs", offset=(row.index(key), 0))
            await stage.until(partial(_is_chosen, stage, name))

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_training_takes_no_keys_from_who_edits(tmp_path: Path, size: tuple[int, int]) -> None:
    """Where all panes are seen the arrows stay the experiment's; else the picture is shown."""

    async def play(stage: Stage) -> None:
        await stage.press("1")
        await stage.train()
        await stage.until(lambda: stage.phase == "running")
        assert stage.workbench.pane == ("experiment" if size == WIDE else "picture")

    played(tmp_path, play, size=size)
