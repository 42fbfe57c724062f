"""Keys that come all at once, as over a slow line: each meets what the one before left."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from engine.service import protocol as p
from tests.engine.service.live import WAIT_S
from tests.tui.app.replay import Replay, Workers
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tui.widgets.training import LossCurve

pytestmark = pytest.mark.drawn


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, presets and runs of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tui.terminal.turns.PATIENCE_S", WAIT_S)  # the order counts, not the clock


def test_a_filter_gets_what_is_typed_behind_the_key_that_opens_it(tmp_path: Path) -> None:
    """`/`, a word with a `q` in it, enter and space: found, opened and trained."""

    async def play(stage: Stage) -> None:
        stage.burst("slash", *"qspiral", *["left"] * 6, "backspace", "enter", "space")
        await stage.until(lambda: stage.app.draft.name == "spiral")
        await stage.until_phase("running")

    played(tmp_path, play, at_presets=True)


@BOTH_SIZES
def test_the_next_field_gets_what_is_typed_behind_tab(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Two values with tab between them land in the two fields, and enter predicts them."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.until(lambda: stage.app.controller.snapshot.started)
        stage.burst("p", "1", "full_stop", "5", "tab", "2", "enter")
        await stage.until(
            lambda: [field.value for field in stage.app.screen.query(Input)] == ["1.5", "2"]
        )

    played(tmp_path, play, size=size)


def test_a_form_gets_what_is_typed_behind_the_key_that_opens_it(tmp_path: Path) -> None:
    """`a`, a name, enter: the layer is there; behind that `z` and `l` are the workbench's."""

    async def play(stage: Stage) -> None:
        before = len(stage.app.draft.layers())
        keys = ("a", *"ReLU", "enter", "a", *"Tanh", "enter", "z", "a", *"GELU", "escape", "l")
        stage.burst(*keys)
        await stage.until(lambda: stage.app.workbench.query_one(LossCurve).log_scale)
        assert stage.app.draft.layers()[0] == "ReLU()"
        assert len(stage.app.draft.layers()) == before + 1

    played(tmp_path, play)


def test_a_question_gets_the_answer_typed_behind_it(tmp_path: Path) -> None:
    """`q` and `s` in one go while it trains: it is stopped and kept, and the app ends."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.burst("q", "s")
        await stage.until(lambda: not stage.app.is_running)
        assert "stop" in stage.trainer.said

    played(tmp_path, play)


def test_a_run_gets_the_keys_typed_behind_its_reset(tmp_path: Path) -> None:
    """`r` and space run the new training; `r` and `n` twice train two batches of it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.burst("r", "space")
        await stage.until(lambda: stage.trainer.said[-1] == "go on")
        await stage.until_phase("running")
        stage.burst("r", "n", "n")
        await stage.until(lambda: stage.trainer.said[-2:] == ["step 1 batches"] * 2)
        assert stage.trainer.said.count("train small paused") == 2

    played(tmp_path, play)


class LateToTell(Replay):
    """Says only of a run's end what state it is in; the rest is known to who asks."""

    def _set_state(self, state: p.State) -> None:
        if state in ("running", "finished"):
            super()._set_state(state)
        else:
            self.state = state


def test_a_run_gets_the_key_typed_while_it_is_prepared(tmp_path: Path) -> None:
    """What is still said of the run before, which ended, is no word on the one that comes."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.fetched.clear()
        stage.burst("r", "space")
        await stage.until(lambda: stage.trainer.said[-1] == "train small paused")
        await stage.until(lambda: not stage.workbench._is_to_wait)
        assert stage.phase == "preparing"
        stage.trainer.fetched.set()
        await stage.until(lambda: stage.trainer.said[-1] == "go on")

    played(tmp_path, play, workers=Workers(LateToTell))
