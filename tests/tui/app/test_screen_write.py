"""A network goes on with what is typed: at a temperature, and while it trains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.errors import UsageError
from engine.service.protocol import Progress
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, made_run, seen, small_experiment, started, told, until
from tui.live.snapshot import PastMoment, Snapshot
from tui.screens import write
from tui.screens.write import WriteScreen, writes

Play = Pilot[object]
LETTERS = {
    "data": "names(context=6)",
    "objective": "next_token()",
    "layers": ["Embedding(56, 8)", "Linear(56)"],
    "loss": "CrossEntropyLoss()",
}


@pytest.fixture
def app(tmp_path: Path) -> StandApp:
    """A stand whose controller has a network of letters."""
    experiment = small_experiment(**LETTERS)
    app = StandApp(tmp_path)
    app.draft.load("small", experiment)
    facts = experiment.objective.facts(experiment.data.known_facts())
    begun = msgspec.structs.replace(started(experiment), facts=msgspec.to_builtins(facts))
    app.controller.snapshot = Snapshot(
        phase="finished",
        name="small",
        origin=app.draft.origin,
        experiment=experiment,
        started=begun,
        run=made_run(tmp_path).path,
    )
    app.controller.text = "adu\nZuratov"
    return app


@BOTH_SIZES
def test_it_goes_on_with_what_is_typed(
    app: StandApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    """And says what comes next where the cursor is."""

    async def story(app: StandApp, pilot: Play) -> None:
        asked = app.controller.written
        await until(pilot, lambda: asked == [("", 1.0, 0, 0)])
        await until(pilot, lambda: "What a line begins with" in seen(app))
        await pilot.press("K", "i", "r")
        await until(pilot, lambda: asked[-1] == ("Kir", 1.0, 0, 3))
        await until(pilot, lambda: "Kiradu" in seen(app))
        assert "Zuratov" in seen(app)
        assert "What comes after “Kir”" in seen(app)
        assert "0.750" in seen(app)
        assert "line end" in seen(app)
        await pilot.press("left", "left")
        await until(pilot, lambda: asked[-1] == ("Kir", 1.0, 0, 1))
        await until(pilot, lambda: "What comes after “K”" in seen(app))

    told(tmp_path, WriteScreen(), story, app=app, size=size)


def test_the_temperature_goes_in_steps(app: StandApp, tmp_path: Path) -> None:
    """Down to the likeliest, up to a bound; another text is another seed."""

    async def story(app: StandApp, pilot: Play) -> None:
        asked = app.controller.written
        assert "1.0, as it says; text 1" in seen(app)
        assert "Bolder" in seen(app)
        await pilot.press("up")
        await until(pilot, lambda: asked[-1] == ("", 1.1, 0, 0))
        assert "1.1, bolder than it says" in seen(app)
        await pilot.press(*["down"] * 12)
        await until(pilot, lambda: asked[-1] == ("", 0.0, 0, 0))
        assert "0.0, always the likeliest" in seen(app)
        await pilot.press(*["up"] * 40)
        await until(pilot, lambda: asked[-1] == ("", 3.0, 0, 0))
        await pilot.press("pagedown", "pagedown", "pageup")
        await until(pilot, lambda: asked[-1] == ("", 3.0, 1, 0))
        assert "text 2" in seen(app)

    told(tmp_path, WriteScreen(), story, app=app)


def test_what_it_never_saw_is_told(app: StandApp, tmp_path: Path) -> None:
    """In the text's place, until it is typed over."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.controller.text = UsageError("the training never saw '9'")
        await pilot.press("9")
        await until(pilot, lambda: "the training never saw '9'" in seen(app))
        app.controller.text = "adu"
        await pilot.press("backspace", "K")
        await until(pilot, lambda: "Kadu" in seen(app))
        assert "never saw" not in seen(app)

    told(tmp_path, WriteScreen(), story, app=app)


def test_it_writes_anew_while_it_trains(
    app: StandApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once more steps are done, and not where nothing was learned meanwhile."""
    monkeypatch.setattr(write, "LIVE_S", 0.01)
    stood = app.controller.snapshot
    progress = Progress(
        epoch=1,
        epochs=2,
        step=4,
        steps=8,
        loss=1.0,
        learning_rate=0.1,
        elapsed_s=1.0,
        memory_bytes=0,
    )

    def at(step: int) -> Snapshot:
        told = msgspec.structs.replace(progress, step=step)
        return replace(stood, phase="running", progress=told)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Zuratov" in seen(app))
        assert len(app.controller.written) == 1
        app.controller.step, app.controller.text = 5, "Buras"
        app.controller.snapshot = at(5)
        await until(pilot, lambda: "Buras" in seen(app))
        assert len(app.controller.written) == 2

    app.controller.snapshot = at(4)
    told(tmp_path, WriteScreen(), story, app=app)


def test_the_past_and_better_weights_are_asked(app: StandApp, tmp_path: Path) -> None:
    """Where somebody went back the weights of then, without a choice."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: app.controller.checkpoints == [7])
        assert "What the weights of step 7 write" in seen(app)
        assert "Best or newest" not in seen(app)
        assert app.screen.query_one(Input).has_focus

    app.controller.travel.past = PastMoment(step=7, epoch=1, loss=None, index=0, count=2)
    told(tmp_path, WriteScreen(), story, app=app)


def test_only_who_is_asked_what_comes_next_writes(app: StandApp, tmp_path: Path) -> None:
    """A network of classes does not."""
    assert writes(app.controller.snapshot)
    other = small_experiment()
    assert not writes(replace(app.controller.snapshot, started=started(other)))
    assert not writes(replace(app.controller.snapshot, started=None))
