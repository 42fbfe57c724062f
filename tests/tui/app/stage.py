"""The whole app with a replaying trainer, in places of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import cast

import pytest
from textual.app import App
from textual.events import Key
from textual.pilot import Pilot

from engine.runs.run import Run
from engine.spec.experiment import Experiment
from tests.engine.service.live import WAIT_S
from tests.tui.app.replay import Replay, Workers
from tests.tui.app.stand import is_calm, seen, small_experiment, until
from tui.app import PerceptuiApp
from tui.live.following import Folders
from tui.live.trainer_process import Connect
from tui.screens.workbench import WorkbenchScreen
from tui.settings import Settings

WIDE, NARROW = (120, 36), (80, 24)
BOTH_SIZES = pytest.mark.parametrize(
    "size", [pytest.param(WIDE, marks=pytest.mark.rare), NARROW], ids=["wide", "narrow"]
)
"""The wide one in `make test-all` only: stories of one size are played on the wide one."""


def sizes(*shown: tuple[int, int], others: Sequence[tuple[int, int]]) -> pytest.MarkDecorator:
    """A story at these sizes, and at the others in `make test-all`."""
    rare = [pytest.param(size, marks=pytest.mark.rare) for size in others]
    return pytest.mark.parametrize(
        "size", [*shown, *rare], ids=lambda size: "x".join(map(str, size))
    )


CHARACTERS = {"slash": "/", "space": " ", "full_stop": "."}
SMALL, TINY = (60, 20), (20, 5)
SIZES = (WIDE, NARROW, SMALL, TINY)


class Stage:
    """An app under a pilot's hands, and the trainers it was given."""

    def __init__(self, app: PerceptuiApp, pilot: Pilot[int], workers: Workers) -> None:
        self.app = app
        self.pilot = pilot
        self.workers = workers

    @property
    def trainer(self) -> Replay:
        """The trainer that the app talks to."""
        return self.workers.newest

    @property
    def screen(self) -> str:
        """The text on the screen."""
        return seen(cast("App[object]", self.app))

    @property
    def phase(self) -> str:
        """The training's, as the workbench is told."""
        return self.app.controller.snapshot.phase

    @property
    def notices(self) -> list[str]:
        """What the person was told, oldest first."""
        return [notice.message for notice in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self.pilot.press(*keys)

    def burst(self, *keys: str) -> None:
        """Press keys without waiting for anything in between."""
        for key in keys:
            character = CHARACTERS.get(key, key)
            self.app.post_message(Key(key, character if len(character) == 1 else None))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        await until(cast("Pilot[object]", self.pilot), condition)

    async def until_seen(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""

        def stand(shown: str) -> bool:  # drawn once, not for each of them
            return all(text in shown for text in texts)

        try:
            await self.until(lambda: stand(self.screen))
        except TimeoutError:
            missing = [text for text in texts if text not in self.screen]
            raise AssertionError(f"never seen: {missing}, but\n{self.screen}") from None

    async def until_phase(self, phase: str) -> None:
        """Wait until the training has come so far."""
        await self.until(lambda: self.phase == phase)

    async def settled(self) -> None:
        """Wait until nothing is on its way to the screen, and what was on it has been drawn."""
        app, shown = cast("App[object]", self.app), ""
        async with asyncio.timeout(WAIT_S):
            while not is_calm(app) or shown != self.screen:
                shown = self.screen
                await self.pilot.pause(0.01)

    async def train(self) -> None:
        """Begin the training of what is on the workbench."""
        await self.press("space")
        await self.until_phase("running")

    @property
    def workbench(self) -> WorkbenchScreen:
        """The workbench, which must be there."""
        assert isinstance(self.app.screen, WorkbenchScreen)
        return self.app.screen


Play = Callable[[Stage], Awaitable[None]]


def played(
    folder: Path,
    play: Play,
    *,
    size: tuple[int, int] = WIDE,
    workers: Workers | None = None,
    connect: Connect | None = None,
    name: str = "small",
    experiment: Experiment | None = None,
    attach_to: Run | None = None,
    at_presets: bool = False,
    toasts: bool = False,
    lesson: str | None = None,
    presents: bool = False,
) -> PerceptuiApp:
    """Open the app on the workbench and play a story; returns the app, closed."""
    workers = workers or Workers()
    is_elsewhere = at_presets or attach_to or lesson is not None
    first = None if is_elsewhere else (name, experiment or small_experiment())
    app = PerceptuiApp(
        folders=Folders(folder / "runs", folder / "data"),
        connect=connect or workers.connect,
        settings=Settings(),
        first=first,
        attach_to=attach_to,
        lesson=lesson,
        presents=presents,
    )

    async def open_and_play() -> None:
        async with app.run_test(size=size, notifications=toasts) as pilot:
            await pilot.pause()
            await play(Stage(app, pilot, workers))

    asyncio.run(open_and_play())
    return app
