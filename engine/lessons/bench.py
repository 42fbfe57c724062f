"""The bench as the player has it: an experiment that is edited, and a session that trains it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from engine.doctor.examination import examine, wants_statistics
from engine.errors import PerceptuiError
from engine.lessons.situation import Situation
from engine.parts.data import DataLocations
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml

LONGEST_S = 120.0
"""What one training of a solution may take: a lesson that trains for longer is none to play."""


class Stuck(PerceptuiError):
    """Something that a solution does can't be done where it is to be done."""


class Bench:
    """Does what a person does with the app, and tells the situation of it as the app does."""

    def __init__(
        self, session: Session, situation: Situation, runs_dir: Path, locations: DataLocations
    ) -> None:
        self.session, self.situation = session, situation
        self.runs_dir, self.locations = runs_dir, locations
        self._is_live = False
        self._trained: Experiment | None = None
        self._run: Run | None = None

    @property
    def experiment(self) -> Experiment:
        """As it is edited."""
        experiment = self.situation.experiment
        assert experiment is not None, "the player keeps it valid"
        return experiment

    @property
    def run(self) -> Run:
        """The newest one; raises Stuck where there is none."""
        if self._run is None:
            raise Stuck("nothing was trained yet")
        return self._run

    @property
    def is_live(self) -> bool:
        """Whether a training goes on, or waits."""
        return self._is_live

    async def edit(self, change: Callable[[dict[str, object]], dict[str, object]]) -> None:
        """Change the experiment's values as TOML has them; raises BadExperiment."""
        raw = parse_toml(to_toml(self.experiment))
        await self.take(from_raw(change(raw), folder=Path()))

    async def take(self, experiment: Experiment) -> None:
        """Have this experiment on the bench, and let the doctor look at it and at its data."""
        if not wants_statistics(experiment):
            self.situation.edited(experiment)
            return
        description = await self.session.experiments.describe(experiment, self.locations.data_dir)
        found = examine(experiment, description.statistics(), description.known_facts())
        self.situation.edited(experiment, found)

    async def begin(self) -> None:
        """Begin anew with the experiment as it is edited, and wait before the first step."""
        await self.end()
        order = p.Train(
            toml=to_toml(self.experiment, complete=True),
            runs_dir=str(self.runs_dir),
            data_dir=str(self.locations.data_dir),
            paused=True,
        )
        self._trained = self.experiment
        self._run = Run(await self.session.begin(order))
        self._is_live = True
        await self._until(lambda event: isinstance(event, ev.Paused))

    async def go_on(self, epochs: int) -> None:
        """Train the run that is over on, for so many epochs more."""
        if self._is_live:
            raise Stuck("the training is not over yet")
        newest = self.run.record().newest_epoch
        done = newest.epoch if newest else 0
        order = p.Resume(
            run=str(self.run.path.absolute()),
            data_dir=str(self.locations.data_dir),
            epochs=done + epochs,
        )
        await self.session.begin(order)
        self._is_live = True
        await self._until(lambda event: False)

    async def be_trained(self) -> None:
        """Have a training of the experiment as it is edited that waits; begin one where none is."""
        if not self._is_live or self._is_another():
            await self.begin()

    async def to_the_end(self) -> None:
        """Train until it is over."""
        await self.be_trained()
        await self.session.do(p.Continue())
        await self._until(lambda event: False)

    async def advance(self, batches: int = 0, epochs: int = 0) -> None:
        """Train so much, and wait; it may be over before."""
        await self.be_trained()
        await self.session.do(p.Advance(batches=batches, epochs=epochs))
        await self._until(lambda event: isinstance(event, ev.Paused))

    async def do(self, command: p.Command, told_by: type[ev.Event]) -> None:
        """Have done what a command says to the training that waits, up to the event that tells."""
        if not self._is_live:
            raise Stuck("no training goes on: write step 1 or train until … first")
        if isinstance(command, p.Touch):
            await self.session.touch(command)
        else:
            await self.session.do(command)
        await self._until(lambda event: isinstance(event, told_by))

    async def end(self) -> None:
        """Stop what goes on."""
        if self._is_live:
            await self.session.do(p.Stop())
            await self._follow(lambda event: False)

    def _is_another(self) -> bool:
        trained = self._trained
        return trained is None or trained.without_prose() != self.experiment.without_prose()

    async def _until(self, is_it: Callable[[ev.Event], bool]) -> None:
        """Tell the situation what happens, up to an event or the end of the training.

        Raises Stuck where that takes too long.
        """
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._follow(is_it)
        except TimeoutError as error:
            raise Stuck(f"it trains for longer than {LONGEST_S:g} seconds") from error

    async def _follow(self, is_it: Callable[[ev.Event], bool]) -> None:
        failure = ""
        async for event in self.session.events():
            if not isinstance(event, ev.Event):
                continue
            self.situation.happened(event)
            if isinstance(event, ev.Failed):
                failure = event.message
            if is_it(event):
                return
        self._is_live = False
        if failure:
            raise Stuck(failure)
