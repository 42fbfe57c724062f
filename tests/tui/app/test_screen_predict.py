"""Asking the network: real rows, choices, ranges, answers while one types, the better weights."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.runs.events import CheckpointSaved, Prediction, RunFinished
from engine.service.protocol.description import DataRows
from tests.engine.runs.test_kept_table import begun
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, seen, small_experiment, started, told, until
from tests.tui.app.test_screen_others import trained
from tui.screens.predict import PredictScreen

Play = Pilot[object]
ROWS = DataRows(
    cells=[["20", "Oslo"], ["25", "Rome"]],
    answers=["yes", "no"],
    numbers=[1, 6],
    ranges=[(20.0, 27.0), None],
)


@pytest.fixture
def app(tmp_path: Path) -> StandApp:
    """A stand whose controller has trained on a table of a number and a category."""
    run, _ = begun(tmp_path)
    experiment = run.experiment()
    app = trained(tmp_path)
    app.draft.load("small", experiment)
    app.controller.snapshot = dataclasses.replace(
        app.controller.snapshot,
        run=run.path,
        experiment=experiment,
        started=started(experiment),
        pictures=None,
    )
    app.controller.rows = ROWS
    app.controller.answer = Prediction(
        values=[20.0, "Oslo"], predicted="yes", outputs=[0.75], probabilities=[0.25, 0.75]
    )
    return app


def fields(app: StandApp) -> list[str]:
    return [field.value for field in app.screen.query(Input)]


@BOTH_SIZES
def test_it_begins_with_a_real_row(app: StandApp, tmp_path: Path, size: tuple[int, int]) -> None:
    """With what it is, the range of its number and the words of its category; pgdn: the next."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "sample 1 of 2, row 1 of the data: yes" in seen(app))
        assert fields(app) == ["20", "Oslo"]
        await until(pilot, lambda: "(age 20, city Oslo) → yes" in seen(app))
        assert "20 to 27" in seen(app)
        assert "◂ ▸ Oslo, Rome" in seen(app)
        await pilot.press("pagedown")
        await until(pilot, lambda: "sample 2 of 2, row 6 of the data: no" in seen(app))
        assert app.controller.asked == [[["20", "Oslo"]], [["25", "Rome"]]]

    told(tmp_path, PredictScreen(), story, app=app, size=size)


@BOTH_SIZES
def test_arrows_go_between_the_fields(app: StandApp, tmp_path: Path, size: tuple[int, int]) -> None:
    """Nothing that was typed is replaced; in a category those to the sides choose."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: fields(app) == ["20", "Oslo"])
        first, second = app.screen.query(Input)
        assert app.focused is first
        await pilot.press("2", "3", "down")
        assert app.focused is second
        await pilot.press("right")
        await until(pilot, lambda: fields(app) == ["23", "Rome"])
        await pilot.press("right")
        await until(pilot, lambda: fields(app) == ["23", "Oslo"])
        await pilot.press("r", "right")
        await until(pilot, lambda: fields(app) == ["23", "Rome"])
        await pilot.press("up")
        assert app.focused is first

    told(tmp_path, PredictScreen(), story, app=app, size=size)


def test_it_answers_while_one_types(app: StandApp, tmp_path: Path) -> None:
    """Without enter; what is no sample any more is called none."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "row 1 of the data" in seen(app))
        await pilot.press("4", "1")
        await until(pilot, lambda: [["41", "Oslo"]] in app.controller.asked)
        await until(pilot, lambda: "row 1 of the data" not in seen(app))

    told(tmp_path, PredictScreen(), story, app=app)


def test_rows_that_come_late_replace_nothing(app: StandApp, tmp_path: Path) -> None:
    """What was typed meanwhile stays."""
    app.controller.rows = None

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("3", "3")
        app.controller.rows = ROWS
        screen = app.screen
        assert isinstance(screen, PredictScreen)
        screen._read_rows()
        await until(pilot, lambda: "20 to 27" in seen(app))
        assert fields(app) == ["33", ""]

    told(tmp_path, PredictScreen(), story, app=app)


@BOTH_SIZES
def test_better_weights_are_offered(app: StandApp, tmp_path: Path, size: tuple[int, int]) -> None:
    """ctrl+t asks those of the best epoch, and the newest again; only where they are better."""
    over = RunFinished(reason="completed", run="r", epochs=30, steps=30, elapsed_s=1.0, metrics={})
    best = CheckpointSaved(kind="best", path="p", epoch=12, step=12)
    app.controller.snapshot = dataclasses.replace(
        app.controller.snapshot, phase="finished", finished=over, best=best
    )

    async def story(app: StandApp, pilot: Play) -> None:
        await until(
            pilot, lambda: "newest weights; ctrl+t: the better ones of epoch 12" in seen(app)
        )
        await until(pilot, lambda: app.controller.checkpoints == ["last"])
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "the best weights, of epoch 12; ctrl+t: the newest" in seen(app))
        await until(pilot, lambda: app.controller.checkpoints == ["last", "best"])
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.controller.checkpoints == ["last", "best", "last"])

    told(tmp_path, PredictScreen(), story, app=app, size=size)


def test_the_last_weights_may_be_the_best(app: StandApp, tmp_path: Path) -> None:
    """Then there is nothing to choose."""
    over = RunFinished(reason="completed", run="r", epochs=12, steps=12, elapsed_s=1.0, metrics={})
    best = CheckpointSaved(kind="best", path="p", epoch=12, step=12)
    app.controller.snapshot = dataclasses.replace(
        app.controller.snapshot, phase="finished", finished=over, best=best
    )

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "row 1 of the data" in seen(app))
        await pilot.press("ctrl+t")
        assert "Predict with the newest checkpoint" in seen(app)
        assert app.controller.checkpoints == ["last"]

    told(tmp_path, PredictScreen(), story, app=app)


@BOTH_SIZES
def test_before_anything_is_trained_the_data_is_seen(tmp_path: Path, size: tuple[int, int]) -> None:
    """With what leads to predictions: no empty screen."""
    app = StandApp(tmp_path)
    experiment = small_experiment()
    described = asyncio.run(app.controller.describe(experiment))
    app.draft.load("small", experiment)
    app.draft.examiner.learn(experiment, described)

    async def story(app: StandApp, pilot: Play) -> None:
        text = " ".join(seen(app).split())
        assert "esc leads back to the workbench, where space trains" in text
        assert "● outside 1 ▲ inside 1" in text

    told(tmp_path, PredictScreen(), story, app=app, size=size)
