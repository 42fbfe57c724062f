"""Follows a training process: takes what it says, tells the screen at the screen's pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError, WorkerLost
from tui.live.snapshot import Origin, Phase, Snapshot
from tui.live.trainer_process import Connect, TrainerProcess
from tui.live.witness import Nobody, Witness

if TYPE_CHECKING:
    from engine.export.predictions import DrawingPredicted
    from engine.parts.data import Loading
    from engine.runs import events as ev
    from engine.runs.contents import CheckpointKind, Moment
    from engine.runs.dissected_step import DissectedStep, Focus
    from engine.runs.inside import Effect, Inside, Look
    from engine.runs.rate_test import RateTest
    from engine.runs.run import Run
    from engine.runs.side_by_side import SideBySide
    from engine.runs.step_times import StepTimes
    from engine.service import protocol as p
    from engine.service.protocol.description import DataRows, Description
    from engine.spec.experiment import Experiment
    from tui.live.observer import Observer

TELL_S = 0.2
"""Seconds between two snapshots, at least: numbers move at most 5 times a second."""
SLOW_TELL_S = 1.0
PICTURES_HZ = 2.0
SLOW_PICTURES_HZ = 0.2


@dataclass(frozen=True)
class Folders:
    """Where runs and data lie, as the command line said; None for the usual folders."""

    runs_dir: Path | None = None
    data_dir: Path | None = None


class Following:
    """A session that is followed from one run to the next, as long as its worker lives.

    tell: called with each new snapshot, at most every TELL_S seconds.
    """

    def __init__(
        self,
        tell: Callable[[Snapshot], None],
        folders: Folders,
        connect: Connect,
        *,
        slow_link: bool = False,
    ) -> None:
        self.snapshot = Snapshot()
        self.folders = folders
        self._session: TrainerProcess | None = None
        """None while it starts, and where it is lost."""
        self._settled = asyncio.Event()
        """Set once it is known whether a worker listens."""
        self._is_beginning = False
        """Whether a run is on its way, and what is said of a state may be of the one before."""
        self._prepared = asyncio.Event()
        """Set while nothing is on its way to a first step."""
        self._tell = tell
        self._connect = connect
        self.set_rate(slow=slow_link)
        self._is_open = False
        self._stack = AsyncExitStack()
        self._seeing: Observer
        self.witness: Witness = Nobody()
        """Told of all that happens here."""
        self._grid = (0, 0)
        self._seen_grid = (0, 0)
        """Of the pictures that were asked for last."""
        self._look: Look | None = None
        """What somebody wants to see inside of the network; None while nobody looks."""
        self._following: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[object] | None = None
        """Imports what charts are drawn with; kept so that it is not forgotten before its end."""
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
        self._watch_reading()
        await self._enter(self._connect())
        # Nor while a first curve is waited for, which is drawn with this.
        self._loading = asyncio.create_task(asyncio.to_thread(import_module, "plotext"))

    def _watch_reading(self) -> None:
        """Show how far the reading of a table is, in whichever thread of the app it is read."""
        from engine.parts.data.sheet.reader_process import tell_reading
        from engine.service import protocol as p

        loop = asyncio.get_running_loop()

        def show(loading: p.Loading) -> None:
            if self._is_open:
                self._change(replace(self.snapshot, loading=loading))

        def told(loading: Loading) -> None:
            shown = p.Loading(**vars(loading))
            with suppress(RuntimeError):  # the app has ended meanwhile
                loop.call_soon_threadsafe(show, shown)

        tell_reading(told)

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

    async def describe(self, experiment: Experiment) -> Description | None:
        """What an experiment's data looks like; None where it can't be had now."""
        session = self._session
        if session is None or self.snapshot.phase in ("preparing", "starting", "lost"):
            return None
        try:
            return await session.experiments.describe(experiment, self.folders.data_dir)
        except PerceptuiError:
            return None

    async def script(self, experiment: Experiment) -> str:
        """The plain PyTorch script of an experiment; raises PerceptuiError."""
        session = await self._needed("write the script")
        script = await session.experiments.script(experiment, self.folders.data_dir)
        self.witness.did("code_read")
        return script

    async def tune(self, experiment: Experiment) -> RateTest:
        """What learning rates do to an experiment, tried on a copy; raises PerceptuiError."""
        session = await self._needed("try learning rates")
        test = await session.experiments.tune_learning_rate(experiment, self.folders.data_dir)
        if test.suggested is not None:
            self.witness.did("rate_found", repr(test.suggested))
        return test

    async def time_steps(self, experiment: Experiment) -> StepTimes:
        """Where the time of its steps goes, measured on a copy; raises PerceptuiError."""
        session = await self._needed("time steps")
        return await session.experiments.time_steps(experiment, self.folders.data_dir)

    async def dissect(self, focus: Focus) -> DissectedStep:
        """The next step of the training in its parts; raises PerceptuiError."""
        step = await (await self._needed("take a step apart")).dissect(focus)
        self.witness.did("dissected")
        return step

    async def dissect_first(self, experiment: Experiment, focus: Focus) -> DissectedStep:
        """The first step of what nobody trains yet in its parts; raises PerceptuiError."""
        session = await self._needed("take a step apart")
        step = await session.experiments.dissect_first(experiment, focus, self.folders.data_dir)
        self.witness.did("dissected")
        return step

    async def data_rows(self, run: Path) -> DataRows | None:
        """Rows of the data that a run is of; None where they can't be had."""
        from engine.runs.run import Run

        try:
            session = await self._needed("read the data")
            return await session.runs.data_rows(Run(run), self.folders.data_dir)
        except PerceptuiError:
            return None  # the data is gone or has changed: what is typed is predicted all the same

    async def train_both(self, first: Experiment, second: Experiment) -> SideBySide:
        """What two experiments come to in a moment, tried on copies; raises PerceptuiError."""
        session = await self._needed("train")
        return await session.experiments.train_both(first, second, self.folders.data_dir)

    async def predict(
        self, run: Path, rows: list[list[str]], checkpoint: Moment = "last"
    ) -> list[ev.Prediction]:
        """What a checkpoint of a run's network says of samples; raises PerceptuiError."""
        from engine.runs.run import Run

        session = await self._needed("predict")
        answers = await session.runs.predict(Run(run), rows, checkpoint)
        for one in answers:
            self.witness.predicted(one)
        return answers

    async def predict_drawing(
        self, run: Path, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted:
        """What a checkpoint of a run's network says of a drawing; raises PerceptuiError."""
        from engine.runs.run import Run

        session = await self._needed("predict")
        answer = await session.runs.predict_drawing(Run(run), pixels, size, checkpoint)
        self.witness.predicted(answer.prediction)
        return answer

    async def write(
        self,
        run: Path,
        prompt: str,
        length: int,
        temperature: float,
        seed: int,
        checkpoint: Moment,
        place: int,
    ) -> p.Written:
        """What a run's network writes after a prompt; raises PerceptuiError."""
        from engine.runs.run import Run

        session = await self._needed("write")
        how = temperature, seed, checkpoint, place
        return await session.runs.write(Run(run), prompt, length, *how)

    async def moments(self, run: Run) -> p.Moments:
        """Which snapshots a run has; raises PerceptuiError."""
        return await (await self._needed("look back")).runs.moments(run)

    async def review(
        self, run: Run, checkpoint: Moment, grid: tuple[int, int], *, measure: bool
    ) -> p.Reviewed:
        """What a run's network said of its data at a moment, drawn; raises PerceptuiError.

        grid: (columns, rows) of the boundary. measure: its scores, too.
        """
        session = await self._needed("draw")
        folder = self.folders.data_dir
        return await session.runs.review(run, checkpoint, folder, grid=grid, measure=measure)

    async def export(
        self, run: Run, format: str, output: Path, checkpoint: CheckpointKind, *, replace: bool
    ) -> None:
        """Write a run, or what it learned, to a file; raises PerceptuiError."""
        session = await self._needed("export")
        data_dir = self.folders.data_dir
        await session.runs.export(run, format, output, checkpoint, data_dir, replace=replace)
        self.witness.did("exported", format)

    async def judge(self, run: Run) -> p.Judged:
        """How good a run's network is, how sure that is, where it fails; raises PerceptuiError."""
        session = await self._needed("judge")
        judged = await session.runs.judge(run, data_dir=self.folders.data_dir)
        for one in judged.splits:
            self.witness.happened(one)
        self.witness.did("evaluated")
        return judged

    async def compare(self, runs: Sequence[Run]) -> p.RunsCompared:
        """Which of several runs' networks is better on the same samples; raises PerceptuiError."""
        session = await self._needed("compare")
        return await session.runs.compare(runs, data_dir=self.folders.data_dir)

    async def evaluate(self, run: Run) -> None:
        """Measure a run's network on its data again; raises PerceptuiError."""
        session = await self._needed("measure")
        for one in await session.runs.evaluate(run, data_dir=self.folders.data_dir):
            self.witness.happened(one)
        self.witness.did("evaluated")

    async def _enter(
        self, connection: AbstractAsyncContextManager[TrainerProcess], run: Run | None = None
    ) -> None:
        from tui.live.observer import Observer

        self._seeing = Observer()
        try:
            session = await self._stack.enter_async_context(connection)
        except PerceptuiError as error:
            self._tell_problem(error, "lost")
            self._settled.set()
            return
        self._session = session
        snapshot = Snapshot(phase="ready")
        if run is not None:
            phase = "running" if session.state == "idle" else session.state
            snapshot = Snapshot(phase, run.experiment(), run.name, Origin.of(run), run.path)
        self._change(snapshot, at_once=True)
        self._following = asyncio.create_task(self._follow(session))
        self._settled.set()
        if run is not None:
            await self._watch(session)

    async def _opened(self) -> TrainerProcess | None:
        """The session, once the worker that is starting listens; None if it is lost."""
        await self._settled.wait()
        return self._session

    async def _needed(self, to: str) -> TrainerProcess:
        """The session, which is there to do this; raises PerceptuiError where it is lost."""
        session = await self._opened()
        if session is None:
            raise PerceptuiError(f"the trainer is gone, and only it can {to}")
        return session

    async def _look_at(self, grid: tuple[int, int]) -> None:
        if grid == self._seen_grid:
            return
        self._grid = grid
        session = self._session
        if session is not None and self.snapshot.run is not None:
            if self.snapshot.is_live:
                await self._do(self._watch)
            await self._draw(session)  # the next one may be long in coming
        self._seen_grid = grid  # not before: whoever asked may have been called off

    async def _watch(self, session: TrainerProcess) -> None:
        await session.watch(
            progress_hz=1 / self._tell_s,
            pictures_hz=self._pictures_hz,
            grid=self._grid,
            inside_hz=self._pictures_hz if self._look is not None else 0.0,
            look=self._look,
        )

    async def look_inside(self, look: Look | None) -> None:
        """Have the network that is trained seen like this from now on; raises PerceptuiError."""
        changed, self._look = look != self._look, look
        session = self._session
        if session is None or self.snapshot.run is None:
            return
        if changed and self.snapshot.is_live:
            await self._watch(session)
        if look is not None:
            inside = await session.look_inside(look)
            self._change(replace(self.snapshot, inside=inside), at_once=True)

    async def touch(self, touch: p.Touch) -> Effect:
        """Have the network that is trained changed by hand; raises PerceptuiError."""
        session = await self._needed("change a network")
        return await session.touch(touch)

    async def inside_first(self, experiment: Experiment, look: Look) -> Inside:
        """What is inside of an experiment's network before its first step."""
        session = await self._needed("draw the network")
        return await session.experiments.inside_first(experiment, look, self.folders.data_dir)

    async def inside_of_run(self, run: Run, look: Look, moment: Moment) -> Inside:
        """What is inside of a run's network as it was at a moment."""
        session = await self._needed("draw the network")
        return await session.runs.inside_of_run(run, look, moment, self.folders.data_dir)

    async def _do(self, steer: Callable[[TrainerProcess], Awaitable[object]]) -> None:
        session = await self._opened()
        if session is None:
            return
        try:
            await steer(session)
            if remarks := session.remarks():
                self._tell_problem("; ".join(remarks), self.snapshot.phase)
        except WorkerLost as error:
            self._tell_problem(error, "lost")
        except PerceptuiError as error:
            phase = self.snapshot.phase
            self._tell_problem(error, "ready" if phase == "preparing" else phase)

    def _tell_problem(self, message: object, phase: Phase) -> None:
        self._change(replace(self.snapshot, phase=phase, message=str(message)), at_once=True)

    async def _follow(self, session: TrainerProcess) -> None:
        """Take what happens, run after run, until the worker is gone."""
        from engine.runs import events as ev

        try:
            while True:
                async for happened in session.events():
                    if isinstance(happened, ev.Event):
                        self.witness.happened(happened)
                    snapshot = self._seeing.taken(self.snapshot, happened)
                    if self._is_beginning:  # the session's state counts once it is begun
                        snapshot = replace(snapshot, phase=self.snapshot.phase)
                    moved = snapshot.phase != self.snapshot.phase
                    self._change(snapshot, at_once=moved)
                    is_still = moved and snapshot.phase == "paused"
                    if is_still or isinstance(happened, ev.Rewound):
                        await self._draw(session)
                await self._draw(session)
        except WorkerLost as error:
            self._tell_problem(error, "lost")

    async def _draw(self, session: TrainerProcess) -> None:
        """The pictures of the weights where the training stands still."""
        if self.snapshot.diverged is None:
            try:
                pictures = await session.pictures(*self._grid)
            except PerceptuiError:
                return  # the run is gone already; what was drawn last stays
            self._change(self._seeing.shown(self.snapshot, pictures))

    async def prepared(self) -> None:
        """Wait until the worker has started and the training, if one was begun, can be steered."""
        await self._prepared.wait()

    def _change(self, snapshot: Snapshot, *, at_once: bool = False) -> None:
        self.snapshot = snapshot
        if snapshot.phase in ("starting", "preparing"):
            self._prepared.clear()
        else:
            self._prepared.set()
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
