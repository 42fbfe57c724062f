"""The app's one training: owns the session, follows its events, tells the screen at its pace.

It belongs to the app, not to a screen: leaving a screen never ends a training.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError, WorkerLost
from engine.paths import data_dir, runs_dir
from tui.live.following import Folders, Following
from tui.live.going_on import GoingOn
from tui.live.insight import Insight
from tui.live.opened_run import OpenedRun
from tui.live.pace import AUTO, FIRST_RUN_S, is_first_run, of_choice
from tui.live.snapshot import Origin, Snapshot, phase_of
from tui.live.time_travel import TimeTravel
from tui.live.trainer_process import Connect, TrainerProcess, fresh_worker

if TYPE_CHECKING:
    from engine.runs.contents import CheckpointKind
    from engine.runs.run import Run
    from engine.service import protocol as p
    from engine.spec.experiment import Experiment


class TrainingController(Following):
    """Trains one experiment after another and says what it sees.

    The methods that steer never raise: what can't be done stands in the snapshot's message.
    """

    def __init__(
        self,
        tell: Callable[[Snapshot], None],
        folders: Folders,
        connect: Connect = fresh_worker,
        *,
        slow_link: bool = False,
    ) -> None:
        super().__init__(tell, folders, connect, slow_link=slow_link)
        self._opened_run = OpenedRun(self, self._tell_now)
        self.travel = TimeTravel(self, self._tell_now)
        """Through what the run that is open was."""
        self.insight = Insight(self, self._tell_now)
        """Into the network that is open."""
        self.pace = AUTO
        """What a person chose for all trainings, as the settings name it."""

    @property
    def opened(self) -> Snapshot | None:
        """What is known of the run that is open and that nobody trains."""
        return self._opened_run.snapshot

    async def show(self, run: Run, message: str = "") -> None:
        """Show a run that is over: what its record tells at once, its picture once it is drawn.

        Raises PerceptuiError where its experiment can't be read.
        """
        await self.read(run, message)
        await self.open()
        await self._opened_run.draw()

    async def read(self, run: Run, message: str = "") -> None:
        """Show a run that is over, without its picture."""
        await self._opened_run.open(run, message)

    def has(self, run: Run) -> bool:
        """Whether this very run was trained here last, or is under way."""
        path = self.snapshot.run
        return path is not None and path.absolute() == run.path.absolute()

    async def see(self, kind: CheckpointKind, over: Snapshot) -> None:
        """Show what a checkpoint of a run that is over says; over: as the run is shown now."""
        if self.opened is None or self.opened.run != over.run:
            self._opened_run.take(over)
        await self._opened_run.see(kind)

    @property
    def pace_now(self) -> float:
        """Steps a second that the training keeps to, or that the next one will; 0 for none."""
        progress = self.snapshot.progress
        if self.snapshot.is_live and progress is not None:
            return progress.pace
        return of_choice(self.pace)

    async def keep_pace(self, steps_per_s: float) -> None:
        """Train so many steps a second from now on, or 0 for as fast as it goes."""
        from msgspec.structs import replace as changed

        from engine.service import protocol as p

        if self.snapshot.is_live:
            await self.do(p.SetPace(steps_per_s=steps_per_s))
            if (progress := self.snapshot.progress) is not None:  # none comes while it waits
                told = changed(progress, pace=steps_per_s)
                self._change(replace(self.snapshot, progress=told), at_once=True)

    async def begin(
        self,
        name: str,
        experiment: Experiment,
        *,
        paused: bool = False,
        origin: Origin | None = None,
        before: Snapshot | None = None,
    ) -> None:
        """Train an experiment in a new run; one that is live is stopped and kept first.

        origin: what it was opened from; left out, it was opened as it is. before: by what its end
        is judged.
        """
        origin = origin or Origin(name, experiment)

        async def begin(session: TrainerProcess) -> None:
            from engine.service import protocol as p
            from engine.spec.writer import to_toml

            if self.snapshot.is_live:
                await session.do(p.Stop())
            self._seeing.begin()
            self._opened_run.close()
            self.travel.leave()
            snapshot = Snapshot("preparing", experiment, name, origin, before=before)
            self._change(snapshot, at_once=True)
            folder = runs_dir(self.folders.runs_dir)
            is_slowed = self.pace == AUTO and origin.run is None
            if is_slowed:
                is_slowed = await asyncio.to_thread(is_first_run, name, folder)
            path = await session.begin(
                p.Train(
                    toml=to_toml(experiment, complete=True),
                    name=name,
                    runs_dir=str(folder),
                    data_dir=str(data_dir(self.folders.data_dir)),
                    paused=paused,
                    pace=of_choice(self.pace),
                    lasting_s=FIRST_RUN_S if is_slowed else 0.0,
                )
            )
            self._change(replace(self.snapshot, run=path))
            await self._watch_begun(session)

        await self._do_once(begin)

    async def resume(self, run: Run, how: GoingOn | None = None, *, paused: bool = False) -> None:
        """Go on with a run that is over; one that is live is stopped and kept first."""
        how = how or GoingOn()

        async def resume(session: TrainerProcess) -> None:
            from engine.service import protocol as p

            known, events = self._known(run), run.events()
            experiment = how.experiment(known.experiment or run.experiment())
            name, origin = known.name, known.origin
            if self.snapshot.is_live:
                await session.do(p.Stop())
            self._seeing.begin(events)
            self._opened_run.close()
            snapshot = Snapshot("preparing", experiment, name, origin, run.path)
            drawn = replace(snapshot, pictures=known.pictures, curves=known.curves)
            self._change(drawn, at_once=True)
            order = p.Resume(
                run=str(run.path.absolute()),
                data_dir=str(data_dir(self.folders.data_dir)),
                checkpoint=how.checkpoint,
                rewind=how.rewind,
                epochs=how.epochs,
                paused=paused,
                pace=of_choice(self.pace),
            )
            try:
                await session.begin(order)
            except WorkerLost:
                raise
            except PerceptuiError as error:  # it stays what it was
                self._change(Snapshot("ready"), at_once=True)
                await self._opened_run.open(run, str(error), origin)
                await self._opened_run.draw()
                return
            await self._watch_begun(session)

        await self._do_once(resume)

    async def _watch_begun(self, session: TrainerProcess) -> None:
        """Watch the run that has begun; from here on it can be steered."""
        self._is_beginning = False
        self._change(replace(self.snapshot, phase=phase_of(session.state)), at_once=True)
        await self._watch(session)
        if self.snapshot.phase == "paused":
            await self._draw(session)

    def _known(self, run: Run) -> Snapshot:
        """What is shown of a run already; what is open stays so while it goes on."""
        for shown in (self.opened, self.snapshot):
            if shown is not None and shown.run and shown.run.absolute() == run.path.absolute():
                return shown
        origin = Origin.of(run)
        return Snapshot(experiment=origin.experiment, name=run.name, origin=origin, run=run.path)

    async def toggle(self) -> None:
        """Pause what runs, go on with what is paused."""
        from engine.service import protocol as p

        await self.do(p.Pause() if self.snapshot.phase == "running" else p.Continue())

    async def do(self, command: p.Command | p.Stop) -> None:
        """Have done to the training what a command says."""
        await self._do(lambda session: session.do(command))

    async def look_at(self, grid: tuple[int, int]) -> None:
        """The picture has this size now: (columns, rows) of the boundary's matrix."""
        await self._opened_run.look_at(grid)
        await self._look_at(grid)
        with suppress(PerceptuiError):  # the past is left then, and the present is there
            await self.travel.look_at(self.opened or self.snapshot, grid)

    async def _do_once(self, begin: Callable[[TrainerProcess], Awaitable[object]]) -> None:
        """Begin a run, unless one is begun already: a key may be pressed twice."""
        if self._is_beginning:
            return
        self._is_beginning = True
        try:
            await self._do(begin)
        finally:
            self._is_beginning = False
