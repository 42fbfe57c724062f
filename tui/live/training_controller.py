"""The app's one training: owns the session, follows its events, tells the screen at its pace.

It belongs to the app, not to a screen: leaving a screen never ends a training.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError, WorkerLost
from engine.paths import data_dir, runs_dir
from tui.live.asking import Asking, Folders
from tui.live.snapshot import Origin, Snapshot
from tui.live.trainer_process import Connect, TrainerProcess, fresh_worker

if TYPE_CHECKING:
    from engine.runs.contents import CheckpointKind
    from engine.runs.pictures import Pictures
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment
    from tui.live.observer import Observer

TELL_S = 0.2
"""Seconds between two snapshots, at least: numbers move at most 5 times a second."""
SLOW_TELL_S = 1.0
PICTURES_HZ = 2.0
SLOW_PICTURES_HZ = 0.2


class TrainingController(Asking):
    """Trains one experiment after another and says what it sees.

    tell: called with each new snapshot, at most every TELL_S seconds. The methods that
    steer never raise: what can't be done stands in the snapshot's message.
    """

    def __init__(
        self,
        tell: Callable[[Snapshot], None],
        folders: Folders,
        connect: Connect = fresh_worker,
        *,
        slow_link: bool = False,
    ) -> None:
        super().__init__(folders)
        self._tell = tell
        self._connect = connect
        self.set_rate(slow=slow_link)
        self._is_open = False
        self._is_beginning = False
        self._stack = AsyncExitStack()
        self._seeing: Observer
        self._grid = (0, 0)
        self._following: asyncio.Task[None] | None = None
        self._telling: asyncio.TimerHandle | None = None

    def set_rate(self, *, slow: bool) -> None:
        """How often snapshots and pictures come from the next training on."""
        self._tell_s = SLOW_TELL_S if slow else TELL_S
        self._pictures_hz = SLOW_PICTURES_HZ if slow else PICTURES_HZ

    async def open(self) -> None:
        """Connect to a fresh worker, which warms up while the person is still choosing.

        Nothing happens where there is one already.
        """
        if self._is_open:
            return
        self._is_open = True
        # What a session needs takes a while to import: not while keys wait.
        await asyncio.to_thread(import_module, "tui.live.observer")
        await asyncio.to_thread(import_module, "engine.service.client.session")
        await self._enter(self._connect())

    def has(self, run: Run) -> bool:
        """Whether this very run was trained here last, or is under way."""
        path = self.snapshot.run
        return path is not None and path.absolute() == run.path.absolute()

    def trains(self, run: Run) -> bool:
        """Whether this very run is under way here."""
        return self.snapshot.is_live and self.has(run)

    async def attach(self, run: Run) -> None:
        """Leave the worker there is and watch a live run's."""
        from engine.service.client.session import Session

        await self.close()
        self._is_open = True
        await self._enter(Session.attach(run), run)

    async def close(self) -> None:
        """Let go of the worker: a live run goes on without us."""
        if self._following is not None:
            self._following.cancel()
            self._following = None
        self._session = None
        self._is_open = False
        self._settled.clear()
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    async def begin(
        self,
        name: str,
        experiment: Experiment,
        *,
        paused: bool = False,
        origin: Origin | None = None,
    ) -> None:
        """Train an experiment in a new run; one that is live is stopped and kept first.

        origin: what it was opened from; left out, it was opened as it is.
        """
        origin = origin or Origin(name, experiment)

        async def begin(session: TrainerProcess) -> None:
            from engine.service import protocol as p
            from engine.spec.writer import to_toml

            if self.snapshot.is_live:
                await session.stop()
            self._seeing.begin()
            self._change(Snapshot("preparing", experiment, name, origin), at_once=True)
            path = await session.begin(
                p.Train(
                    toml=to_toml(experiment, complete=True),
                    name=name,
                    runs_dir=str(runs_dir(self._folders.runs_dir)),
                    data_dir=str(data_dir(self._folders.data_dir)),
                    paused=paused,
                )
            )
            self._change(replace(self.snapshot, run=path))
            await self._watch(session)

        await self._do_once(begin)

    async def resume(
        self, run: Run, *, rewind: bool = False, learning_rate: float | None = None
    ) -> None:
        """Go on with a run that ended early; one that is live is stopped and kept first.

        rewind: it diverged, and goes on with a tenth of its learning rate, or with this one.
        """

        async def resume(session: TrainerProcess) -> None:
            from engine.service import protocol as p

            experiment, events = run.experiment(), run.events()
            name, origin = run.name, origin_of(run)
            if self.has(run):  # what is open stays so while it goes on
                name, origin = self.snapshot.name, self.snapshot.origin or origin
            if self.snapshot.is_live:
                await session.stop()
            self._seeing.begin(events)
            self._change(Snapshot("preparing", experiment, name, origin, run.path), at_once=True)
            await session.begin(
                p.Resume(
                    run=str(run.path.absolute()),
                    data_dir=str(data_dir(self._folders.data_dir)),
                    rewind=rewind,
                    learning_rate=learning_rate,
                )
            )
            await self._watch(session)

        await self._do_once(resume)

    async def toggle(self) -> None:
        """Pause what runs, go on with what is paused."""
        running = self.snapshot.phase == "running"
        await self._do(lambda session: session.pause() if running else session.go_on())

    async def pause(self) -> None:
        """Wait after the step that is running."""
        await self._do(lambda session: session.pause())

    async def step(self, *, batches: int = 0, epochs: int = 0) -> None:
        """Train so many batches or epochs, then pause."""
        await self._do(lambda session: session.step(batches=batches, epochs=epochs))

    async def stop(self) -> None:
        """End the run; its checkpoint is kept."""
        await self._do(lambda session: session.stop())

    async def rewind(self, to: CheckpointKind) -> None:
        """Go back to the last or best checkpoint."""

        async def rewind(session: TrainerProcess) -> None:
            await session.rewind(to)
            await self._draw(session)

        await self._do(rewind)

    async def scale_learning_rate(self, by: float) -> None:
        """Multiply the learning rate of the running training."""
        await self.set_learning_rate(self.snapshot.factor * by)

    async def set_learning_rate(self, factor: float) -> None:
        """Set the factor on top of the running training's schedule."""
        await self._do(lambda session: session.set_learning_rate(factor))

    async def recover(self) -> None:
        """After a divergence: back to the last finite checkpoint, on with a tenth of the rate."""
        from engine.runs.run import Run

        snapshot = self.snapshot
        if snapshot.diverged is not None and snapshot.run is not None:
            await self.resume(Run(snapshot.run), rewind=True)

    async def look_at(self, grid: tuple[int, int]) -> None:
        """The picture has this size now: (columns, rows) of the boundary's matrix."""
        if grid != self._grid:
            self._grid = grid
            session = self._session
            if session is None or self.snapshot.run is None:
                return
            if self.snapshot.is_live:
                await self._do(self._watch)
            if self.snapshot.phase in ("paused", "finished"):
                await self._draw(session)

    async def _enter(
        self, connection: AbstractAsyncContextManager[TrainerProcess], run: Run | None = None
    ) -> None:
        from tui.live.observer import Observer

        self._seeing = Observer()
        try:
            session = await self._stack.enter_async_context(connection)
        except PerceptuiError as error:
            self._change(replace(self.snapshot, phase="lost", message=str(error)), at_once=True)
            self._settled.set()
            return
        self._session = session
        snapshot = Snapshot(phase="ready")
        if run is not None:
            phase = "running" if session.state == "idle" else session.state
            snapshot = Snapshot(phase, run.experiment(), run.name, origin_of(run), run.path)
        self._change(snapshot, at_once=True)
        self._following = asyncio.create_task(self._follow(session))
        self._settled.set()
        if run is not None:
            await self._watch(session)

    async def _watch(self, session: TrainerProcess) -> None:
        await session.watch(
            progress_hz=1 / self._tell_s,
            pictures_hz=self._pictures_hz,
            grid=self._grid,
        )

    async def _do_once(self, begin: Callable[[TrainerProcess], Awaitable[object]]) -> None:
        """Begin a run, unless one is begun already: a key may be pressed twice."""
        if self._is_beginning:
            return
        self._is_beginning = True
        try:
            await self._do(begin)
        finally:
            self._is_beginning = False

    async def _do(self, steer: Callable[[TrainerProcess], Awaitable[object]]) -> None:
        session = await self._opened()
        if session is None:
            return
        try:
            await steer(session)
            if remarks := session.remarks():
                self._change(replace(self.snapshot, message="; ".join(remarks)), at_once=True)
        except WorkerLost as error:
            self._change(replace(self.snapshot, phase="lost", message=str(error)), at_once=True)
        except PerceptuiError as error:
            phase = "ready" if self.snapshot.phase == "preparing" else self.snapshot.phase
            self._change(replace(self.snapshot, phase=phase, message=str(error)), at_once=True)

    async def _follow(self, session: TrainerProcess) -> None:
        """Take what happens, run after run, until the worker is gone."""
        try:
            while True:
                async for happened in session.events():
                    snapshot = self._seeing.taken(self.snapshot, happened)
                    moved = snapshot.phase != self.snapshot.phase
                    self._change(snapshot, at_once=moved)
                    if moved and snapshot.phase == "paused":
                        await self._draw(session)
                await self._draw(session)
        except WorkerLost as error:
            self._change(replace(self.snapshot, phase="lost", message=str(error)), at_once=True)

    async def _draw(self, session: TrainerProcess) -> None:
        """The pictures of the weights where the training stands still."""
        if self.snapshot.diverged is None:
            try:
                pictures = await session.pictures(*self._grid)
            except PerceptuiError:
                return  # the run is gone already; what was drawn last stays
            self._show(pictures)

    def _show(self, pictures: Pictures) -> None:
        self._change(self._seeing.shown(self.snapshot, pictures))

    def _change(self, snapshot: Snapshot, *, at_once: bool = False) -> None:
        self.snapshot = snapshot
        if at_once:
            self._tell_now()
        elif self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(self._tell_s, self._tell_now)

    def _tell_now(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._tell(self.snapshot)


def origin_of(run: Run) -> Origin:
    """A run that is opened; raises PerceptuiError where its experiment can't be read."""
    return Origin(run.name, run.experiment(), run.path.absolute())
