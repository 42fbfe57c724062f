"""Stories of runs that are over: opened, predicted with, gone on with."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs.pictures import Comparison
from engine.runs.run import Run, all_runs
from engine.service.client.session import Session
from tests.engine.service.live import run_async, the_end, to_train
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import made_run, small_experiment
from tui.live.snapshot import Snapshot
from tui.screens.predict import PredictScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def trained(warm: Path, folder: Path, **changes: object) -> Run:
    """A run that the shared trainer has brought to its end."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            experiment = small_experiment(**{"test_fraction": 0.25, **changes})
            path = await session.begin(to_train(experiment, folder / "runs", name="old"))
            await the_end(session)
            return Run(path)

    return run_async(train())


@BOTH_SIZES
def test_a_finished_run_opens_with_all_it_had(
    tmp_path: Path, warm: Path, size: tuple[int, int]
) -> None:
    """Picture, curve, scores and end, from its record and its checkpoint, while nothing trains."""
    run = trained(warm, tmp_path)

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished", run.name, "epoch 30/30", "● outside", "▲ inside")
        await stage.press("4")
        await stage.until_seen("● train", "30")
        await stage.press("5")
        await stage.until_seen("of the test points")
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, PredictScreen))
        await stage.press(*"0.5", "tab", *"-0.5", "enter")
        await stage.until_seen("(x1 0.5, x2 -0.5)")

    played(tmp_path, play, connect=partial(Session.connect, warm), size=size, attach_to=run)


def test_a_run_opened_in_runs_beside_a_live_training(tmp_path: Path) -> None:
    """Enter shows what it came to; the training goes on, and is found again as it is."""
    old = made_run(tmp_path, "old", seed=5)

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(2)
        await stage.press("R")
        await stage.until_seen("running", "Old", "completed")
        await stage.press("down", "enter")
        await stage.until_seen(f"finished {old.name}", "epoch 12/30", "another is training")
        await stage.until_seen("● outside", "train 0.25")
        assert stage.phase == "running"
        await stage.press("R")
        await stage.until_seen("completed")
        await stage.press("enter")
        await stage.until_seen("▶ running small", "epoch 3/30")
        assert stage.trainer.said == ["train small"]

    played(tmp_path, play)


def test_a_run_that_crashed_says_so(tmp_path: Path) -> None:
    """Its record has no end: what it tells is shown all the same, with what a checkpoint gives."""
    run = made_run(tmp_path, "lost", reason=None)

    async def play(stage: Stage) -> None:
        await stage.until_seen(f"✗ crashed {run.name}", "train 0.25", "● outside")

    played(tmp_path, play, attach_to=run)


def test_what_can_not_be_drawn_is_said(tmp_path: Path, warm: Path) -> None:
    """Without its checkpoint a run has its record still, and the notice names what is missing."""
    run = trained(warm, tmp_path)
    run.directory.checkpoint("last").unlink()

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished", "epoch 30/30", "no picture", "no checkpoint `last`")

    played(tmp_path, play, connect=partial(Session.connect, warm), attach_to=run)


@BOTH_SIZES
def test_space_at_the_end_trains_on(tmp_path: Path, warm: Path, size: tuple[int, int]) -> None:
    """As many epochs again, in the same run, whose picture stays; r begins another."""

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen("✓ finished small", "epoch 30/30", "● outside", "space Train on")
        await stage.press("space")
        await stage.until_seen("✓ finished small", "epoch 60/60", "● outside")
        await stage.until(lambda: any("to 60 epochs in all" in told for told in stage.notices))
        (run,) = all_runs(tmp_path / "runs")
        assert run.experiment().epochs == 60
        await stage.press("1")
        await stage.until(lambda: stage.app.draft.raw["epochs"] == 60)
        assert "changed" not in stage.screen
        await stage.press("r")
        await stage.until_seen("‖ paused small")
        assert len(all_runs(tmp_path / "runs")) == 2
        await stage.press("x")
        await stage.until_seen("■ stopped small")

    played(tmp_path, play, connect=partial(Session.connect, warm), size=size)


def test_an_opened_run_trains_on(tmp_path: Path, warm: Path) -> None:
    """Enter and space lead from the list to more epochs of the same run, under its name."""
    run = trained(warm, tmp_path, schedule="CosineAnnealingLR()")

    async def play(stage: Stage) -> None:
        await stage.until_seen("epoch 30/30", "space Train on")
        await stage.press("space")
        await stage.until_seen(f"✓ finished {run.name}", "epoch 60/60", "● outside")
        await stage.until_seen("CosineAnnealingLR() spreads over all epochs")
        await stage.until(lambda: stage.app.draft.raw["epochs"] == 60)
        assert "changed" not in stage.screen
        assert all_runs(tmp_path / "runs") == [run]

    played(tmp_path, play, connect=partial(Session.connect, warm), attach_to=run)


def test_the_list_of_runs_trains_on(tmp_path: Path) -> None:
    """c on a run that came to its end is the same as space on it."""
    run = made_run(tmp_path, "old")
    folder = run.directory.checkpoint_dir
    (folder / "last.safetensors").write_bytes(b"")

    async def play(stage: Stage) -> None:
        await stage.press("R")
        await stage.until_seen("completed")
        await stage.press("c")
        await stage.until_seen(f"▶ running {run.name}")
        assert stage.trainer.said == [f"resume {run.name} to 42"]

    played(tmp_path, play)


def test_a_stopped_training_goes_on(tmp_path: Path) -> None:
    """Space after x goes on to the epochs that were planned."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(12)
        await stage.press("x")
        await stage.until_seen("■ stopped small", "epoch 12/30", "space Go on")
        run = stage.app.controller.snapshot.run
        assert run is not None
        await stage.press("space")
        await stage.until_seen("▶ running small")
        assert stage.trainer.said == ["train small", "stop", f"resume {run.name}"]

    played(tmp_path, play)


@pytest.mark.parametrize("change", ["optimizer.lr", "epochs"])
def test_what_was_changed_is_a_new_run(tmp_path: Path, change: str) -> None:
    """Also where it is the learning rate alone."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_seen("✓ finished small", "space Train on")
        if change == "epochs":
            stage.app.draft.set("epochs", "40")
        else:
            stage.app.draft.replace_component("optimizer", "SGD(lr=0.5)")
        stage.workbench.show_draft()
        await stage.until_seen("changed: space trains this", "space Run")
        await stage.press("space")
        await stage.until_seen("▶ running small")
        assert stage.trainer.said == ["train small", "train small"]

    played(tmp_path, play)


def test_one_more_epoch_of_a_run_that_is_over(tmp_path: Path) -> None:
    """N at the end trains on and waits behind the next epoch; nothing is thrown away."""
    run = made_run(tmp_path, "old")

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished")
        await stage.press("N")
        await stage.until_seen("‖ paused", "epoch 14/42")
        assert stage.trainer.said == [f"resume {run.name} to 42", "step 1 epochs"]

    played(tmp_path, play, attach_to=run)


def test_a_refused_training_on_leaves_all_as_it_was(tmp_path: Path) -> None:
    """The notice says why; what the run came to is shown still."""
    run = made_run(tmp_path, "old")

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished", "● outside")
        stage.trainer.refusal = UsageError("the data changed since the run began")
        await stage.press("space")
        await stage.until_seen("the data changed since", "✓ finished", "epoch 12/30", "● outside")
        assert not stage.app.draft.is_edited

    played(tmp_path, play, attach_to=run)


def compared(shown: Snapshot) -> Comparison | None:
    """Of a picture what does not depend on the room there is for it."""
    return shown.pictures.comparison if shown.pictures else None


@BOTH_SIZES
def test_the_best_stays_at_hand_after_the_end(
    tmp_path: Path, warm: Path, size: tuple[int, int]
) -> None:
    """B shows its picture and scores, p asks it, space goes on from it, B again shows the last."""
    run = trained(warm, tmp_path, optimizer="SGD(lr=40)", test_fraction=0.0)
    saved = [event for event in run.record().events if isinstance(event, ev.CheckpointSaved)]
    best = next(event.epoch for event in saved if event.kind == "best")

    async def play(stage: Stage) -> None:
        await stage.until_seen("epoch 30/30", f"B: best, of epoch {best}", "● outside")
        last = stage.workbench.shown
        await stage.press("B")
        await stage.until_seen(f"best: epoch {best}/30", "B: the last", "● outside", "space Go on")
        shown = stage.workbench.shown
        assert shown.pictures != last.pictures
        assert shown.newest is not None
        assert last.newest is not None
        assert (shown.newest.metrics["train_loss"] or 0.0) < (last.newest.train_loss or 0.0)
        await stage.press("p")
        await stage.until_seen("Predict with the best weights")
        await stage.press("escape", "B")
        await stage.until_seen("epoch 30/30", f"B: best, of epoch {best}")
        await stage.until(lambda: compared(stage.workbench.shown) == compared(last))
        await stage.press("B")
        await stage.until_seen(f"best: epoch {best}/30")
        await stage.press("space")
        await stage.until_seen("✓ finished", "epoch 30/30")
        resumed = run.record().last(ev.Resumed)
        assert isinstance(resumed, ev.Resumed)
        assert resumed.epoch == best

    played(tmp_path, play, connect=partial(Session.connect, warm), size=size, attach_to=run)


def test_where_the_last_is_the_best(tmp_path: Path, warm: Path) -> None:
    """B says so, right after a training too; nothing else changes."""

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen("✓ finished small", "took")
        assert "B: best" not in stage.screen
        await stage.press("B")
        await stage.until(lambda: any("is the best" in told for told in stage.notices))
        assert stage.workbench.shown.kind == "last"

    played(tmp_path, play, connect=partial(Session.connect, warm))


def test_a_run_that_was_ended_by_patience_says_so(tmp_path: Path, warm: Path) -> None:
    """Beside its epochs, with the best one."""
    run = trained(warm, tmp_path, optimizer="SGD(lr=40)", test_fraction=0.0, patience=5)

    async def play(stage: Stage) -> None:
        await stage.until_seen("✓ finished", "patience ran out", "B: best, of epoch")
        assert " left" not in stage.screen.splitlines()[0]

    played(tmp_path, play, connect=partial(Session.connect, warm), attach_to=run)
