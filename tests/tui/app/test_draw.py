"""A digit is drawn with keys or the mouse, and predicted while it is drawn."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.errors import PerceptuiError
from engine.parts.data import Facts
from engine.runs.events import CheckpointSaved, Prediction
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, made_run, seen, small_experiment, started, told, until
from tui.live.snapshot import PastMoment, Snapshot
from tui.renderables.look import Look
from tui.screens.draw import DrawScreen, drawable
from tui.screens.predict import PredictScreen
from tui.widgets.canvas import EDGE, INK, Canvas, canvas_side

Play = Pilot[object]
FACTS = Facts((1, 28, 28), "classification", 100, tuple("0123456789"))
DIGITS = {
    "data": "digits()",
    "layers": ["Flatten()", "Linear(10)"],
    "loss": "CrossEntropyLoss()",
}


@pytest.fixture
def app(tmp_path: Path) -> StandApp:
    """A stand whose controller has a network of digits of 8 by 8."""
    experiment = small_experiment(**DIGITS)
    app = StandApp(tmp_path)
    app.draft.load("small", experiment)
    app.controller.snapshot = Snapshot(
        phase="finished",
        name="small",
        origin=app.draft.origin,
        experiment=experiment,
        started=started(experiment),
        run=made_run(tmp_path).path,
    )
    shares: list[float | None] = [0.25, 0, 0, 0, 0, 0, 0, 0.75, 0, 0]
    app.controller.answer = Prediction(
        values=[], predicted="7", outputs=[0.0] * 10, probabilities=shares
    )
    app.controller.seen = bytes(range(64))
    return app


def pixels(canvas: Canvas) -> dict[tuple[int, int], int]:
    """The ink by column and row."""
    return {
        (place % canvas.columns, place // canvas.columns): value
        for place, value in enumerate(canvas.pixels)
        if value
    }


def test_keys_draw_erase_and_clear(app: StandApp, tmp_path: Path) -> None:
    """Moving draws while the pen is down; ink has soft edges."""

    async def story(app: StandApp, pilot: Play) -> None:
        canvas = app.screen.query_one(Canvas)
        await pilot.press("left")
        assert pixels(canvas) == {}
        canvas.x, canvas.y = 5, 5
        await pilot.press("space", "right")
        assert pixels(canvas) == {
            (5, 5): INK,
            (6, 5): INK,
            **dict.fromkeys([(4, 5), (7, 5), (5, 4), (6, 4), (5, 6), (6, 6)], EDGE),
        }
        assert "the pen is down" in seen(app)
        await pilot.press("space", "right", "right")
        assert "the pen is down" not in seen(app)
        assert (7, 5) in pixels(canvas)
        await pilot.press("e", "left", "left")
        assert set(pixels(canvas)) == {(4, 5)}
        await pilot.press("c")
        assert pixels(canvas) == {}
        await pilot.press("right")
        assert pixels(canvas) == {}

    told(tmp_path, DrawScreen(FACTS), story, app=app)


@BOTH_SIZES
def test_the_mouse_draws_lines(app: StandApp, tmp_path: Path, size: tuple[int, int]) -> None:
    """A press and a drag draw whatever the mouse has left out; where it is wide in two columns."""

    async def story(app: StandApp, pilot: Play) -> None:
        canvas = app.screen.query_one(Canvas)
        assert canvas.is_wide is (size == (120, 36))
        wide, high = (56, 28) if canvas.is_wide else (28, 14)
        assert canvas.size == (wide, high)
        columns, rows = wide // 28, 28 // high
        await pilot.mouse_down(canvas, offset=(4 * columns, 2))
        await pilot.hover(canvas, offset=(10 * columns, 2))
        await pilot.mouse_up(canvas, offset=(10 * columns, 2))
        inked = {place for place, value in pixels(canvas).items() if value == INK}
        assert inked == {(x, 2 * rows) for x in range(4, 11)}
        await pilot.hover(canvas, offset=(20 * columns, 5))
        assert {place for place, value in pixels(canvas).items() if value == INK} == inked

    told(tmp_path, DrawScreen(FACTS), story, app=app, size=size)


@BOTH_SIZES
def test_each_class_has_a_bar_while_one_draws(
    app: StandApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Asked once for keys that follow one another; what the network sees stands below."""

    async def story(app: StandApp, pilot: Play) -> None:
        assert "space puts the pen down" in " ".join(seen(app).split())
        await pilot.press("space", "down", "down")
        await until(pilot, lambda: "It is 7" in seen(app))
        text = seen(app)
        assert "▶ 7 ██████░░ 0.750" in text
        assert "● 0 ██░░░░░░ 0.250" in text
        assert "as the network sees it" in text
        assert app.controller.drawings[-1] == app.screen.query_one(Canvas).pixels
        assert len(app.controller.drawings) < 3
        await pilot.press("c")
        await until(pilot, lambda: "It is 7" not in seen(app))

    told(tmp_path, DrawScreen(app_facts(app)), story, app=app, size=size)


def app_facts(app: StandApp) -> Facts:
    facts = drawable(app.controller.snapshot)
    assert facts is not None
    return facts


def test_small_pictures_are_drawn_larger(app: StandApp, tmp_path: Path) -> None:
    """About as large as MNIST's; large ones as large as there is room."""
    assert [canvas_side(side) for side in (8, 14, 16, 28, 32, 200)] == [32, 28, 32, 28, 32, 32]

    async def story(app: StandApp, pilot: Play) -> None:
        canvas = app.screen.query_one(Canvas)
        assert (canvas.rows, canvas.columns) == (32, 32)
        assert canvas.size == (32, 16)

    told(tmp_path, DrawScreen(app_facts(app)), story, app=app, size=(80, 24))


def test_only_gray_pictures_of_classes_are_drawn(app: StandApp) -> None:
    """Others are typed, as before."""
    assert drawable(Snapshot(phase="ready")) is None
    for data in ("circle(samples=20)", "wave()"):
        loss = "MSELoss()" if data == "wave()" else "BCEWithLogitsLoss()"
        experiment = small_experiment(data=data, layers=["Linear(1)"], loss=loss)
        snapshot = dataclasses.replace(app.controller.snapshot, started=started(experiment))
        assert drawable(snapshot) is None


def test_the_better_weights_are_asked_and_values_typed(app: StandApp, tmp_path: Path) -> None:
    """ctrl+t asks the best weights the same; v leads to the samples and back to the workbench."""
    app.controller.snapshot = dataclasses.replace(
        app.controller.snapshot,
        best=CheckpointSaved(kind="best", epoch=4, step=4, path="best.safetensors"),
    )

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("space")
        await until(pilot, lambda: app.controller.checkpoints == ["last"])
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.controller.checkpoints == ["last", "best"])
        app.controller.answer = PerceptuiError("the weights are gone")
        await pilot.press("down")
        await until(pilot, lambda: "the weights are gone" in seen(app))
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, PredictScreen))

    told(tmp_path, DrawScreen(app_facts(app)), story, app=app)


def test_without_color_ink_is_told_by_its_shape(tmp_path: Path) -> None:
    """In ASCII too, and the cursor by being reversed."""
    for look, signs in ((Look(color="none"), "█▀ "), (Look(ascii=True), "#' ")):
        canvas = LookedAt(look)
        canvas.take(bytes([255, 255, 0, 255, 0, 0]))
        (row,) = canvas.make_rows(3, 1)
        assert row.plain == signs
        reversed_ = [span for span in row.spans if getattr(span.style, "reverse", None)]
        assert [(span.start, span.end) for span in reversed_] == [(1, 2)]


class LookedAt(Canvas):
    """A canvas of three by two without an app."""

    def __init__(self, look: Look) -> None:
        super().__init__(2, 3)
        self._own = look

    @property
    def look(self) -> Look:
        return self._own


def test_a_drawing_in_the_past_is_seen_by_the_weights_of_then(
    app: StandApp, tmp_path: Path
) -> None:
    """Those of the moment that was seen, as every other view; the heading names its step."""
    app.controller.travel.past = PastMoment(step=40, epoch=2, loss=0.5, index=3, count=9)

    async def story(app: StandApp, pilot: Play) -> None:
        assert "the weights of step 40 say what it is" in seen(app)
        await pilot.press("space")
        await until(pilot, lambda: app.controller.checkpoints == [40])
        await pilot.press("ctrl+t")
        await pilot.press("down")
        await until(pilot, lambda: app.controller.checkpoints == [40, 40])

    told(tmp_path, DrawScreen(app_facts(app)), story, app=app)
