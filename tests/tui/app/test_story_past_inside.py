"""A person looks inside of a network as it was."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.runs.run import all_runs
from engine.service.client.session import Session
from engine.spec.experiment_reader import from_raw
from engine.training.moment import weights_at
from tests.engine.training.tiny import SMALL
from tests.tui.app.stage import Stage, played
from tui.widgets.network import NetworkView
from tui.widgets.picture import PictureView
from tui.widgets.unit import UnitView


def _step(stage: Stage) -> int | None:
    """Of the moment that is seen; None for now."""
    past = stage.workbench.query_one(PictureView).snapshot.past
    return None if past is None else past.step


def _step_inside(stage: Stage) -> int | None:
    """Of the network that is drawn."""
    inside = stage.workbench.query_one(NetworkView).inside
    return None if inside is None else inside.step


def test_the_network_and_its_unit_are_those_of_then(warm: Path, tmp_path: Path) -> None:
    """With a real trainer: each weight in the unit's numbers is the snapshot's; and now again."""
    experiment = from_raw({**SMALL, "epochs": 30, "batch_size": 8})

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_phase("finished")
        await stage.press("v", "left")
        unit = stage.workbench.query_one(UnitView)
        await stage.until(lambda: _step_inside(stage) == 90 and unit.unit is not None)
        (run,) = all_runs(tmp_path / "runs")
        earlier = [taken.step for taken in run.snapshots.all_taken() if taken.step < 90]
        back = ["left_curly_bracket"] * min(2, len(earlier))  # a busy machine keeps fewer of them
        for key in (*back, "right_curly_bracket")[: 2 * len(back) - 1]:
            before = _step(stage)
            await stage.press(key)
            await stage.until(lambda: _step(stage) != before)  # noqa: B023  # waited for here
            await stage.until(lambda: _step_inside(stage) == _step(stage) and unit.inside)
            step = _step(stage)
            assert step is not None
            assert step < 90
            weights, _ = weights_at(run, step)
            inside = unit.inside
            assert inside is not None
            assert inside.unit is not None
            assert inside.unit.bias is not None
            for weight in (inside.unit.bias, *inside.unit.incoming, *inside.unit.outgoing):
                kept = weights.tensors[f"model.{weight.layer[0]}.{weight.parameter}"][weight.place]
                assert weight.value == pytest.approx(kept.item(), rel=1e-6)
        await stage.press("space")
        await stage.until(lambda: _step_inside(stage) == 90)

    played(tmp_path, play, connect=partial(Session.connect, warm), experiment=experiment)


def test_what_was_cannot_be_touched(tmp_path: Path) -> None:
    """A sentence says how to come back, and nothing is changed."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(2)
        await stage.press("v", "left", "space")
        await stage.until_phase("paused")
        await stage.press("left_curly_bracket")
        await stage.until(lambda: _step(stage) is not None)
        await stage.until(lambda: _step_inside(stage) == _step(stage))
        await stage.press("0")
        await stage.until(lambda: stage.notices)
        assert stage.notices[-1] == "What was can't be changed: space comes back to now"
        assert not stage.trainer.inside.silenced
        await stage.press("space", "0")
        await stage.until(lambda: stage.trainer.inside.silenced)

    played(tmp_path, play, toasts=True)


def test_the_past_predicts(tmp_path: Path) -> None:
    """What is predicted in the past is said by the weights of then, and the heading tells."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(2)
        await stage.press("left_curly_bracket", "left_curly_bracket")
        await stage.until(lambda: _step(stage) == 4)
        await stage.press("p")
        await stage.until_seen("Predict with the weights of the past: step 4")

    played(tmp_path, play)
