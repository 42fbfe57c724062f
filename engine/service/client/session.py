"""The handle on a training process, for anything that runs in asyncio; never loads torch.

    async with Session.open() as session:
        await session.begin(order)
        async for event in session.events():
            ...

Leaving the `async with` closes the connection; what the worker does then is its policy on
disconnect.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from engine.errors import NotStacked, PerceptuiError, UsageError, WorkerLost
from engine.evaluation.judgement import EVEN, Cost
from engine.export.predictions import DrawingPredicted, PicturesPredicted, RowFormat, RowsPredicted
from engine.limits import PICTURES, REQUEST, ROWS
from engine.paths import data_dir as default_data_dir
from engine.runs.changes import Change
from engine.runs.contents import CheckpointKind, Moment
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.events import Evaluated, Prediction, RunFinished
from engine.runs.inside import Effect, Inside, Look
from engine.runs.lease import read_lease
from engine.runs.pictures import Pictures
from engine.runs.proof import Proof
from engine.runs.rate_test import RateTest
from engine.runs.run import Run
from engine.runs.side_by_side import SideBySide
from engine.runs.step_times import StepTimes
from engine.service import protocol as p
from engine.service.client.connection import Connection, gone_after
from engine.service.client.event_queue import SessionEvent
from engine.service.client.first_look import look_at, look_at_data
from engine.service.client.launch import Launched, last_words, launch
from engine.service.client.surroundings import surroundings
from engine.service.protocol.description import DataRows, Description
from engine.service.protocol.socket_directory import check_socket, log_path, peer_is_owner
from engine.service.protocol.warm import Waiting, taken
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml

__all__ = ["Session", "SessionEvent"]

ANSWER_S = 2.0
"""Seconds in which a worker that waits must have answered; else another one is started."""
END_S = 10.0
"""Seconds that a worker may take to be gone after its last word."""


class Session:
    """A connection to one training process.

    All methods raise UsageError for what can't be done now, DataUnavailable for data,
    WorkerLost when the process is gone.
    """

    def __init__(self, connection: Connection, launched: Launched | None) -> None:
        self._connection = connection
        self._launched = launched

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, *, in_advance: bool = True) -> AsyncIterator[Session]:
        """A session with the worker that waits for such a command, or with a fresh one.

        in_advance: it warms up and waits for whatever comes; else it is told at once what to do.
        """
        waiting = taken(surroundings)
        if waiting is not None and (connection := await _taken_over(waiting)) is not None:
            try:
                yield cls(connection, None)
            finally:
                await connection.close()
            return
        launched = await launch(in_advance=in_advance)
        async with cls.connect(launched.socket, launched) as session:
            yield session

    @classmethod
    @contextlib.asynccontextmanager
    async def attach(cls, run: Run) -> AsyncIterator[Session]:
        """A session with the worker of a live run; raises UsageError where none lives here."""
        lease = read_lease(run.path)
        holder = lease.holder(time.time()) if lease else "none"
        if lease is None or holder != "here":
            where = f" (it is held by {lease.host})" if lease and holder == "elsewhere" else ""
            raise UsageError(f"{run.path}: the run is not live on this machine{where}")
        if lease.state == "preparing":
            raise UsageError(f"{run.path}: the run is being prepared: try again in a moment")
        socket = Path(lease.socket)
        check_socket(socket)
        async with cls.connect(socket, None) as session:
            yield session

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(
        cls, socket: Path, launched: Launched | None = None
    ) -> AsyncIterator[Session]:
        """A session with the worker that listens there; launched: whose process to wait for."""
        connection = await _connected(socket, launched.log if launched else None)
        try:
            await connection.greet()
            yield cls(connection, launched)
        finally:
            await connection.close()

    @property
    def state(self) -> p.State:
        """What the worker does, as far as it is known here."""
        return self._connection.state

    @property
    def run(self) -> Path | None:
        """The run's directory, once there is one."""
        return self._connection.run

    @property
    def pid(self) -> int:
        """Of the worker."""
        return self._connection.pid

    @property
    def signal(self) -> int:
        """The signal that ended the worker, if it said so."""
        ended = self._connection.ended
        return ended.signal if ended else 0

    def remarks(self) -> list[str]:
        """What a person should know of what was done, a sentence each; handed out once."""
        remarks, self._connection.remarks = self._connection.remarks, []
        return remarks

    @property
    def silent_s(self) -> float:
        """Seconds since the worker was heard of last."""
        return time.monotonic() - self._connection.heard_at

    async def begin(self, order: p.Train | p.Resume) -> Path:
        """Train an experiment in a new run, or go on with one; returns it once it is prepared.

        The person's own files are looked at first. A worker trains one experiment at a time: the
        one before must be over, and what of its events was not read yet is dropped. Raises also
        BadCheckpoint's message as a PerceptuiError.
        """
        await asyncio.to_thread(look_at, order)
        data_dir = _absolute(Path(order.data_dir))  # others may have started the worker
        return await self._connection.begin(msgspec.structs.replace(order, data_dir=data_dir))

    async def events(self) -> AsyncIterator[SessionEvent]:
        """What happens, from the beginning of the run's record; ends after RunFinished.

        Ask again for the events of the next run, which any client may have begun; `run` is its
        directory then. Raises WorkerLost when the worker is gone before the end.
        """
        event_queue = self._connection.event_queue
        while (happened := await event_queue.next()) is not None:
            yield happened
            if isinstance(happened, RunFinished) and happened.n >= event_queue.since:
                return
        raise self._connection.lost()

    async def train_group(self, order: p.TrainGroup) -> AsyncIterator[p.GroupMessage]:
        """Train experiments in one; what is told of them, until GroupEnded.

        Raises NotStacked where they are to be trained one by one, WorkerLost when the worker is
        gone before the end. Whoever stops listening sends a p.Stop.
        """
        data_dir = _absolute(Path(order.data_dir))
        order = msgspec.structs.replace(order, data_dir=data_dir)
        begun = await self._connection.ask(order, p.GroupBegun)
        if begun.refusal:
            raise NotStacked(begun.refusal)
        event_queue = self._connection.event_queue
        while (happened := await event_queue.next()) is not None:
            if isinstance(happened, p.GroupMessage):
                yield happened
                if isinstance(happened, p.GroupEnded):
                    return
        raise self._connection.lost()

    async def shutdown(self, *, waits: bool = True) -> None:
        """End the worker; a run that is not over is stopped with a checkpoint first.

        waits: until its process is gone; else until it has hung up, when all is written and closed.
        """
        with contextlib.suppress(WorkerLost):
            await self._connection.tell(p.Shutdown())
        await self._connection.its_end()
        if waits and self._launched is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._launched.process.wait, END_S)

    async def stay_warm(self, order: p.StayWarm) -> bool:
        """Have the worker wait for a next command in place of a shutdown; whether it does."""
        try:
            await self._connection.tell(order)
        except PerceptuiError:  # it can't be: something of the run would stay, or memory is short
            return False
        return True

    async def do(self, command: p.Command | p.Stop) -> None:
        """Have done to the training what a command says."""
        await self._connection.tell(command)

    async def touch(self, touch: p.Touch) -> Effect:
        """Have the network changed by hand; what that does to it."""
        return await self._connection.ask(touch, Effect)

    async def watch(
        self,
        *,
        progress_hz: float,
        pictures_hz: float = 0.0,
        grid: tuple[int, int] = (0, 0),
        inside_hz: float = 0.0,
        look: Look | None = None,
    ) -> None:
        """How often to send Progress, Drawn and Seen, in times a second.

        grid: (columns, rows) of the boundary; look: what is to be seen inside.
        """
        columns, rows = grid
        await self._connection.tell(
            p.Watch(
                progress_hz=progress_hz,
                pictures_hz=pictures_hz,
                columns=columns,
                rows=rows,
                inside_hz=inside_hz,
                look=look or Look(),
            )
        )

    async def pictures(self, columns: int, rows: int) -> Pictures:
        """What is drawn of the network now; the boundary on a grid of this size."""
        return await self._connection.ask(p.Draw(columns=columns, rows=rows), Pictures)

    async def look_inside(self, look: Look) -> Inside:
        """What is to be seen inside of the network now."""
        return await self._connection.ask(p.LookInside(look=look), Inside)

    async def dissect(self, focus: Focus) -> DissectedStep:
        """The next step of the training in its parts; it is not done."""
        return await self._connection.ask(p.Dissect(focus=focus), DissectedStep)

    # Queries, which a training does not feel; they wait for a download if the data isn't there.
    # data_dir: where data lies, the usual place if None.

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        """The shape, the statistics and a thumbnail of an experiment's data."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.Describe(toml=toml, data_dir=_absolute(data_dir))
        return await self._connection.ask(request, Description)

    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str:
        """The plain PyTorch script that trains exactly this experiment."""
        toml = to_toml(experiment, complete=True)
        request = p.WriteScript(toml=toml, data_dir=_absolute(data_dir))
        return await self._connection.ask(request, str)

    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest:
        """The loss over growing learning rates, tried on a copy, and the rate to take."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.TuneLearningRate(toml=toml, data_dir=_absolute(data_dir))
        return await self._connection.ask(request, RateTest)

    async def inside_first(
        self, experiment: Experiment, look: Look, data_dir: Path | None = None
    ) -> Inside:
        """What is to be seen inside of an experiment's network before its first step."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.InsideFirst(toml=toml, data_dir=_absolute(data_dir), look=look)
        return await self._connection.ask(request, Inside)

    async def dissect_first(
        self,
        experiment: Experiment,
        focus: Focus,
        data_dir: Path | None = None,
        *,
        after_steps: int = 0,
        changes: Sequence[Change] = (),
    ) -> DissectedStep:
        """A step in its parts, of an experiment that nobody trains: a copy is trained up to it.

        changes: what is done by hand on the way there.
        """
        await asyncio.to_thread(look_at_data, experiment)
        request = p.DissectFirst(
            toml=to_toml(experiment, complete=True),
            data_dir=_absolute(data_dir),
            focus=focus,
            after_steps=after_steps,
            changes=tuple(changes),
        )
        return await self._connection.ask(request, DissectedStep)

    async def inside_of_run(
        self,
        run: Run,
        look: Look,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
    ) -> Inside:
        """What is to be seen inside of a run's network as it was at a moment."""
        request = p.InsideOfRun(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=_absolute(data_dir),
            look=look,
        )
        return await self._connection.ask(request, Inside)

    async def time_steps(self, experiment: Experiment, data_dir: Path | None = None) -> StepTimes:
        """Where the time of an experiment's steps goes, measured on a copy."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.TimeSteps(toml=toml, data_dir=_absolute(data_dir))
        return await self._connection.ask(request, StepTimes)

    async def train_both(
        self, first: Experiment, second: Experiment, data_dir: Path | None = None
    ) -> SideBySide:
        """What two experiments come to, each trained for a moment on a copy."""
        for experiment in (first, second):
            await asyncio.to_thread(look_at_data, experiment)
        request = p.TrainBoth(
            toml=to_toml(first, complete=True),
            other_toml=to_toml(second, complete=True),
            data_dir=_absolute(data_dir),
        )
        return await self._connection.ask(request, SideBySide)

    async def prove(
        self, chain: Sequence[Experiment], seeds: Sequence[int], data_dir: Path | None = None
    ) -> Proof:
        """What each of a chain of experiments comes to, trained for a moment on copies."""
        await asyncio.to_thread(look_at_data, chain[0])
        tomls = [to_toml(experiment, complete=True) for experiment in chain]
        request = p.Prove(tomls=tomls, seeds=list(seeds), data_dir=_absolute(data_dir))
        return await self._connection.ask(request, Proof)

    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: Moment = "last"
    ) -> list[Prediction]:
        """What a run's network says of samples, each a list of values as typed.

        Asked in parts, so that a training in the same process goes on in between.
        """
        where = str(run.path.absolute())
        answers: list[Prediction] = []
        while not answers or len(answers) < len(rows):
            before = len(answers)
            part = _part(rows, before)
            request = p.Predict(run=where, checkpoint=checkpoint, rows=part, before=before)
            answers += await self._connection.ask(request, list[Prediction])
            if not part:
                break
        return answers

    async def write(
        self,
        run: Run,
        prompt: str,
        length: int,
        temperature: float = 1.0,
        seed: int = 0,
        checkpoint: Moment = "last",
        place: int | None = None,
    ) -> p.Written:
        """What a run's network writes after a prompt, so many characters.

        place: after so many of the prompt it is told what comes next; None: after all.
        """
        request = p.Write(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            prompt=prompt,
            length=length,
            temperature=temperature,
            seed=seed,
            place=place,
        )
        return await self._connection.ask(request, p.Written)

    async def draw(
        self, run: Run, count: int, seed: int = 0, checkpoint: Moment = "last"
    ) -> list[list[float]]:
        """What a run's network makes, a row of numbers for each of so many samples."""
        request = p.DrawSamples(
            run=str(run.path.absolute()), checkpoint=checkpoint, count=count, seed=seed
        )
        return await self._connection.ask(request, list[list[float]])

    async def data_rows(self, run: Run, data_dir: Path | None = None) -> DataRows:
        """A few rows of the data that a run is of, as a person would type them."""
        request = p.ShowRows(run=str(run.path.absolute()), data_dir=_absolute(data_dir))
        return await self._connection.ask(request, DataRows)

    async def predict_rows(
        self,
        run: Run,
        path: Path,
        output: Path,
        checkpoint: CheckpointKind = "last",
        data_dir: Path | None = None,
        *,
        format: RowFormat = "csv",
        replace: bool = False,
    ) -> RowsPredicted:
        """Write the rows of a file with what a run's network says of each.

        replace: also over a file that is there already.
        """
        request = p.PredictRows(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            path=str(path.absolute()),
            output=str(output.absolute()),
            data_dir=_absolute(data_dir),
            format=format,
            replace=replace,
        )
        return await self._connection.ask(request, RowsPredicted)

    async def predict_pictures(
        self,
        run: Run,
        files: list[str],
        checkpoint: Moment = "last",
        *,
        center: bool | None = None,
    ) -> PicturesPredicted:
        """What a run's network says of pictures, PICTURES of them at a time; files: whole paths."""
        where = str(run.path.absolute())
        parts = []
        for start in range(0, len(files), PICTURES.most):
            part = files[start : start + PICTURES.most]
            request = p.PredictPictures(run=where, checkpoint=checkpoint, files=part, center=center)
            parts.append(await self._connection.ask(request, PicturesPredicted))
        return PicturesPredicted(
            predictions=[answer for part in parts for answer in part.predictions],
            bad=[bad for part in parts for bad in part.bad],
            remarks=list(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        )

    async def predict_drawing(
        self, run: Run, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted:
        """What a run's network says of a drawing of so many rows and columns."""
        where = str(run.path.absolute())
        request = p.PredictDrawing(run=where, checkpoint=checkpoint, pixels=pixels, size=size)
        return await self._connection.ask(request, DrawingPredicted)

    async def evaluate(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> list[Evaluated]:
        """How good a run's network is on each split of its data."""
        request = p.Evaluate(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=_absolute(data_dir),
        )
        return await self._connection.ask(request, list[Evaluated])

    async def judge(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        cost: Cost = EVEN,
        table: Path | None = None,
        pictures: Path | None = None,
    ) -> p.Judged:
        """How good a run's network is, how sure that is, and where it fails.

        cost: of mistakes, where there are two classes. table: other rows than the run's own.
        pictures: other pictures, in a folder with a subfolder per class.
        """
        request = p.Judge(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=_absolute(data_dir),
            cost=cost,
            table=str(table.absolute()) if table is not None else "",
            pictures=str(pictures.absolute()) if pictures is not None else "",
        )
        return await self._connection.ask(request, p.Judged)

    async def compare(
        self, runs: Sequence[Run], checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.RunsCompared:
        """Which of several runs' networks is better, on the samples that all are judged on."""
        request = p.CompareRuns(
            runs=[str(run.path.absolute()) for run in runs],
            checkpoint=checkpoint,
            data_dir=_absolute(data_dir),
        )
        return await self._connection.ask(request, p.RunsCompared)

    async def moments(self, run: Run) -> p.Moments:
        """Which snapshots a run has, up to now where it is trained here."""
        return await self._connection.ask(p.ListMoments(run=str(run.path.absolute())), p.Moments)

    async def review(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        grid: tuple[int, int] = (0, 0),
        measure: bool = False,
    ) -> p.Reviewed:
        """What a run's network says of its data; grid: (columns, rows) of the boundary.

        measure: evaluate every split, too.
        """
        columns, rows = grid
        request = p.Review(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=_absolute(data_dir),
            columns=columns,
            rows=rows,
            measure=measure,
        )
        return await self._connection.ask(request, p.Reviewed)

    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: CheckpointKind = "last",
        data_dir: Path | None = None,
        *,
        replace: bool = False,
    ) -> None:
        """Write a run as a script, its network in a file format, or its record as CSV.

        replace: also over a file that is there already.
        """
        await self._connection.tell(
            p.Export(
                run=str(run.path.absolute()),
                checkpoint=checkpoint,
                format=format,
                output=str(output.absolute()),
                data_dir=_absolute(data_dir),
                replace=replace,
            )
        )


async def _connected(socket: Path, log: Path | None) -> Connection:
    """A connection that is not greeted yet; raises PerceptuiError where no worker of ours is."""
    try:
        transport, connection = await asyncio.get_running_loop().create_unix_connection(
            lambda: Connection(log), str(socket)
        )
    except OSError as error:
        words = last_words(log) if log is not None else ""
        if words:  # it died before anybody came
            raise WorkerLost(gone_after(words)) from error
        raise WorkerLost(f"{socket}: no trainer answers there ({error.strerror})") from error
    if not peer_is_owner(transport.get_extra_info("socket")):
        transport.close()
        raise PerceptuiError(f"{socket}: who answers there is another user's process")
    return connection


async def _taken_over(waiting: Waiting) -> Connection | None:
    """A connection to a worker that waits, which serves this process now; None if it is gone."""
    umask = os.umask(0)
    os.umask(umask)
    order = p.TakeOver(directory=os.getcwd(), umask=umask)
    socket = Path(waiting.socket)
    try:
        check_socket(socket)
        connection = await _connected(socket, log_path(waiting.pid))
    except PerceptuiError:
        return None
    try:
        async with asyncio.timeout(ANSWER_S):
            await connection.greet()
            await connection.tell(order)
    except (PerceptuiError, TimeoutError):
        await connection.close()
        return None
    return connection


def _part(rows: list[list[str]], start: int) -> list[list[str]]:
    """The next samples to ask about: ROWS of them, fewer where they would be too long a request.

    Networks that normalize over the samples they are given get ROWS at a time in any case.
    """
    count = min(ROWS.most, len(rows) - start)
    while count > 1 and sum(map(_num_bytes, rows[start : start + count])) > REQUEST.most // 2:
        count //= 2
    return rows[start : start + count]


def _num_bytes(row: list[str]) -> int:
    """About what a sample takes in a request."""
    return sum(map(len, row)) + 3 * len(row)


def _absolute(data_dir: Path | None) -> str:
    """A data directory, the usual one if None, as a worker in any folder finds it."""
    return str(default_data_dir(data_dir).absolute())
