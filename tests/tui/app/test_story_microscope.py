"""A person takes a step apart before it is done, does it, and goes on to the next."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.runs.dissected_step import DissectedStep
from engine.runs.run import Run, all_runs
from engine.service.client.session import Session
from engine.spec.presets import path_of
from engine.training.checkpoint import load
from engine.training.microscope.dissection import digest_of
from tests.tui.app.stage import BOTH_SIZES, Stage, played, sizes
from tests.tui.app.stand import small_experiment
from tui.screens.microscope import MicroscopeScreen
from tui.screens.workbench import WorkbenchScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def _step(stage: Stage) -> DissectedStep | None:
    screen = stage.app.screen
    return screen._step if isinstance(screen, MicroscopeScreen) else None


def _number(stage: Stage) -> int | None:
    """Of the step that is seen, from 1."""
    step = _step(stage)
    return None if step is None else step.step


@BOTH_SIZES
def test_the_parts_have_their_lines_and_nothing_is_done(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Before any training the first step is seen, back and forth; esc leaves without a run."""

    async def play(stage: Stage) -> None:
        await stage.press("m")
        await stage.until(lambda: _number(stage) == 1)
        await stage.until_seen("1 of 6: The batch")
        for line in ("outputs = model(inputs)", "criterion(outputs, targets)", "zero_grad()"):
            await stage.press("right")
            await stage.until_seen(line)
        await stage.press("right", "right")
        await stage.until_seen("optimizer.step()", "after = before − lr · gradient")
        await stage.press("w", "w")
        await stage.until_seen("model[0].weight[0, 1], in full:")
        await stage.press("left")
        await stage.until_seen("5 of 6: Backward", "loss.backward()")
        await stage.press("full_stop")
        await stage.until(lambda: (found := _step(stage)) is not None and found.sample == 1)
        await stage.press("comma", "comma")
        await stage.until(lambda: (found := _step(stage)) is not None and found.sample == 19)
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        assert set(stage.trainer.said) == {"dissect first"}

    played(tmp_path, play, size=size)
    assert all_runs(tmp_path / "runs") == []


def test_a_training_that_runs_pauses_before_a_step(tmp_path: Path) -> None:
    """The step is the one after those that are done; behind the last part it is done."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.press("m")
        await stage.until(lambda: _number(stage) == 5)
        assert "pause" in stage.trainer.said
        await stage.press(*["right"] * 6)
        await stage.until(lambda: any("as it was shown" in notice for notice in stage.notices))
        await stage.until(lambda: _number(stage) == 6)
        assert "step 1 batches" in stage.trainer.said
        await stage.until_seen("1 of 6: The batch", "step 6")
        assert stage.phase == "paused"

    played(tmp_path, play, toasts=True)


def test_what_is_wrong_is_said_in_place_of_the_step(tmp_path: Path) -> None:
    """Without a trainer there is no step, and the screen says so."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        stage.trainer.lose("the trainer is gone")
        await stage.until_phase("lost")
        await stage.press("m")
        await stage.until_seen("the trainer is gone")

    played(tmp_path, play)


def test_the_step_that_is_done_is_the_one_that_was_seen(tmp_path: Path, warm: Path) -> None:
    """With a real trainer: the run's weights are those under the microscope, bit for bit."""
    seen: list[DissectedStep] = []

    async def play(stage: Stage) -> None:
        await stage.press("m")
        for number in (1, 2):
            await stage.until(lambda: _number(stage) == number)  # noqa: B023  # awaited here
            step = _step(stage)
            assert step is not None
            seen.append(step)
            await stage.press("enter")
        await stage.until(lambda: _number(stage) == 3)
        await stage.press("escape", "x")
        await stage.until_phase("finished")

    dropping = ["Linear(4)", "Dropout(0.5)", "ReLU()", "Linear(1)", "Sigmoid()"]
    experiment = small_experiment(layers=dropping, optimizer="Adam(lr=0.05)", batch_size=5)
    played(tmp_path, play, connect=partial(Session.connect, warm), experiment=experiment)
    (run,) = all_runs(tmp_path / "runs")
    weights = load(Run(run.path).checkpoint("last"))
    assert weights.state["step"] == 2
    assert seen[0].digest == seen[1].digest_before
    assert seen[1].digest == digest_of(weights.group("model"))


def test_the_tutorial_of_one_step_opens_under_the_microscope(tmp_path: Path) -> None:
    """There is nothing else to it; once it is trained it opens as any other does."""
    from engine.spec.experiment_reader import from_raw
    from engine.spec.toml_text import read_raw

    experiment = from_raw(read_raw(path_of("one-step")))

    async def play(stage: Stage) -> None:
        await stage.until(lambda: _number(stage) == 1)
        await stage.press("right")
        await stage.until_seen("2 of 6: Forward", "model[3]  ReLU()")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))

    played(tmp_path, play, experiment=experiment, name="one-step")


@sizes((20, 5), (200, 60), others=((40, 10),))
def test_it_is_whole_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    """No part breaks where there is hardly room, or much of it."""

    async def play(stage: Stage) -> None:
        await stage.press("m")
        await stage.until(lambda: _number(stage) == 1)
        for _ in range(5):
            await stage.press("right", "pagedown")
        await stage.until_seen("6 of 6")
        await stage.until_seen("optimizer.st")

    played(tmp_path, play, size=size)


def test_a_look_at_what_is_over_trains_nothing_on(tmp_path: Path) -> None:
    """A completed run stays completed: `m` says what leads to a next step."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_seen("✓ finished small")
        await stage.press("m")
        await stage.until(lambda: any("n trains on by one" in told for told in stage.notices))
        assert isinstance(stage.app.screen, WorkbenchScreen)
        assert stage.app.controller.snapshot.phase == "finished"
        assert stage.app.draft.raw["epochs"] == 30

    played(tmp_path, play)


def test_two_networks_refuse_at_once(tmp_path: Path) -> None:
    """No step more would let one be taken apart, so none is spoken of where the run is over."""
    refusal = "a step of two networks against each other is not taken apart"
    experiment = small_experiment(
        layers=["Linear(4)", "Tanh()", "Linear(2)"],
        loss="BCEWithLogitsLoss()",
        objective="adversarial([Linear(4), Tanh(), Linear(1)])",
    )

    async def play(stage: Stage) -> None:
        await stage.press("m")
        await stage.until(lambda: stage.notices)
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_seen("✓ finished small")
        stage.app.clear_notifications()
        await stage.press("m", "m")
        await stage.until(lambda: stage.notices)
        assert [refusal in told for told in stage.notices] == [True]
        assert isinstance(stage.app.screen, WorkbenchScreen)

    played(tmp_path, play, experiment=experiment)
