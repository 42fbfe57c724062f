"""The handle on a training process, for anything that runs in asyncio; never loads torch.

    async with Session.start(experiment, name="spiral") as session:
        async for happened in session.events():
            ...

Leaving the `async with` closes the connection; what the worker does then is its policy on
disconnect.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.errors import PerceptuiError, UsageError, WorkerLost
from engine.paths import data_dir as default_data_dir
from engine.paths import runs_dir as default_runs_dir
from engine.runs.events import Evaluated, Event, Prediction, Reason, RunFinished
from engine.runs.lease import read_lease
from engine.runs.pictures import Pictures
from engine.runs.rate_test import RateTest
from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.description import Description
from engine.service.launch import Launched, launch
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml

T = TypeVar("T")
Happened = Event | p.Progress | p.Drawn | p.Downloading | p.StateChanged | p.Ended
Newest = p.Progress | p.Drawn
"""What `Session.events` yields: recorded events, and what is never recorded."""

CHUNK_BYTES = 1 << 16
END_S = 10.0
"""Seconds that a worker may take to be gone after its last word."""


class Session:
    """A connection to one training process.

    All methods raise UsageError for what can't be done now, DataUnavailable for data,
    WorkerLost when the process is gone.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        launched: Launched | None,
    ) -> None:
        self.state: p.State = "idle"
        """What the worker does, as far as it is known here."""
        self.run: Path | None = None
        """The run's directory, once there is one."""
        self.pid = 0
        """Of the worker."""
        self._since = 1
        self._reader = reader
        self._writer = writer
        self._launched = launched
        self._answers: dict[int, asyncio.Future[p.Answer]] = {}
        self._last_id = 0
        self._happened: asyncio.Queue[Happened | type[Newest] | None] = asyncio.Queue()
        self._newest: dict[type[Newest], Newest] = {}
        """What was not looked at yet; the latest of each kind is enough."""
        self._beginnings: set[int] = set()
        """Requests whose answer begins a run."""
        self._ended: p.Ended | None = None
        self._welcome: asyncio.Future[p.Welcome] = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator[Session]:
        """A session with a fresh worker that warms up and waits for `train`."""
        launched = await launch()
        async with cls.connect(launched.socket, launched) as session:
            yield session

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls,
        experiment: Experiment,
        *,
        name: str = "experiment",
        runs_dir: Path | None = None,
        data_dir: Path | None = None,
        on_disconnect: p.OnDisconnect = "continue",
        paused: bool = False,
    ) -> AsyncIterator[Session]:
        """A session with a fresh worker that trains an experiment in a new run."""
        async with cls.open() as session:
            await session.train(
                experiment,
                name=name,
                runs_dir=runs_dir,
                data_dir=data_dir,
                on_disconnect=on_disconnect,
                paused=paused,
            )
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
        async with cls.connect(Path(lease.socket), None) as session:
            yield session

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(
        cls, socket: Path, launched: Launched | None = None
    ) -> AsyncIterator[Session]:
        """A session with the worker that listens there; launched: whose process to wait for."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket))
        except OSError as error:
            raise WorkerLost(f"{socket}: no trainer answers there ({error.strerror})") from error
        session = cls(reader, writer, launched)
        try:
            await session._greet()
            yield session
        finally:
            await session._close()

    async def _greet(self) -> None:
        self._send(p.Hello(version=p.VERSION))
        welcome = await self._welcome
        self.state, self.pid = welcome.state, welcome.pid
        if welcome.begun is not None:
            self._note(welcome.begun)

    async def train(
        self,
        experiment: Experiment,
        *,
        name: str = "experiment",
        runs_dir: Path | None = None,
        data_dir: Path | None = None,
        on_disconnect: p.OnDisconnect = "continue",
        paused: bool = False,
        executor: p.Executor = "auto",
        changes: list[tuple[int, float]] | None = None,
        until_step: int | None = None,
    ) -> Path:
        """Train an experiment in a new run directory; returns its path once it is prepared.

        A worker trains one experiment at a time: the one before must be over, and what of
        its events was not read yet is dropped. changes: learning-rate factors by step, and
        until_step: where to end, for a replay.
        """
        request = p.Train(
            id=self._next_id(),
            toml=to_toml(experiment, complete=True),
            name=name,
            runs_dir=str(default_runs_dir(runs_dir)),  # the worker was started in our folder
            data_dir=str(default_data_dir(data_dir).absolute()),
            on_disconnect=on_disconnect,
            paused=paused,
            executor=executor,
            changes=changes or [],
            until_step=until_step,
        )
        return await self._begin(request)

    async def resume(
        self,
        run: Run,
        *,
        data_dir: Path | None = None,
        on_disconnect: p.OnDisconnect = "continue",
        rewind: bool = False,
        learning_rate: float | None = None,
    ) -> None:
        """Go on with a run that ended early, from its last checkpoint.

        rewind: the run diverged, and goes on with a tenth of its learning rate, or with
        `learning_rate`, which stands in place of the experiment's. Recorded.
        Raises also BadCheckpoint's message as a PerceptuiError.
        """
        request = p.Resume(
            id=self._next_id(),
            run=str(run.path.absolute()),
            data_dir=str(default_data_dir(data_dir).absolute()),
            on_disconnect=on_disconnect,
            rewind=rewind,
            learning_rate=learning_rate,
        )
        await self._begin(request)

    async def events(self) -> AsyncIterator[Happened]:
        """What happens, from the beginning of the run's record; ends after RunFinished.

        Raises WorkerLost when the worker is gone before that.
        """
        while True:
            happened = await self._happened.get()
            if happened is None:
                self._happened.put_nowait(None)  # nothing comes any more, whoever asks
                raise self._lost()
            if isinstance(happened, type):
                happened = self._newest.pop(happened)
            yield happened
            if isinstance(happened, RunFinished) and happened.n >= self._since:
                return

    async def watch(
        self, *, progress_hz: float, pictures_hz: float = 0.0, grid: tuple[int, int] = (0, 0)
    ) -> None:
        """How often to send Progress and Drawn, in times a second; grid: (columns, rows)."""
        columns, rows = grid
        await self._tell(
            p.Watch(
                id=self._next_id(),
                progress_hz=progress_hz,
                pictures_hz=pictures_hz,
                columns=columns,
                rows=rows,
            )
        )

    async def pause(self) -> None:
        """Wait after the step that is running."""
        await self._tell(p.Pause(id=self._next_id()))

    async def go_on(self) -> None:
        """Go on after a pause."""
        await self._tell(p.Continue(id=self._next_id()))

    async def step(self, *, batches: int = 0, epochs: int = 0) -> None:
        """Train so many batches, or to the end of so many epochs, then pause."""
        await self._tell(p.Advance(id=self._next_id(), batches=batches, epochs=epochs))

    async def set_learning_rate(self, factor: float) -> None:
        """Multiply the schedule's learning rate from the next step on; recorded."""
        await self._tell(p.SetLearningRate(id=self._next_id(), factor=factor))

    async def checkpoint(self) -> None:
        """Write a checkpoint now."""
        await self._tell(p.SaveCheckpoint(id=self._next_id()))

    async def rewind(self, to: p.Kept = "last") -> None:
        """Go back to the last or the best checkpoint; recorded."""
        await self._tell(p.Rewind(id=self._next_id(), to=to))

    async def stop(self, reason: Reason = "stopped") -> None:
        """End the run with a checkpoint and its evaluation; any client may.

        While the training is being prepared it is called off, if data is being downloaded, or
        ends before its first step.
        """
        await self._tell(p.Stop(id=self._next_id(), reason=reason))

    async def detach(self) -> None:
        """Have the run go on without this client, whatever `on_disconnect` was.

        Leaving the session closes the connection.
        """
        await self._tell(p.Detach(id=self._next_id()))

    async def pictures(self, columns: int, rows: int) -> Pictures:
        """What is drawn of the network now; the boundary on a grid of this size."""
        request = p.Draw(id=self._next_id(), columns=columns, rows=rows)
        return await self._ask(request, Pictures)

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        """The shape, the statistics and a thumbnail of an experiment's data."""
        request = p.Describe(
            id=self._next_id(),
            toml=to_toml(experiment, complete=True),
            data_dir=str(default_data_dir(data_dir).absolute()),
        )
        return await self._ask(request, Description)

    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str:
        """The plain PyTorch script that trains exactly this experiment."""
        request = p.WriteScript(
            id=self._next_id(),
            toml=to_toml(experiment, complete=True),
            data_dir=str(default_data_dir(data_dir).absolute()),
        )
        return await self._ask(request, str)

    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest:
        """The loss over growing learning rates, tried on a copy, and the rate to take."""
        request = p.TuneLearningRate(
            id=self._next_id(),
            toml=to_toml(experiment, complete=True),
            data_dir=str(default_data_dir(data_dir).absolute()),
        )
        return await self._ask(request, RateTest)

    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: p.Kept = "last"
    ) -> list[Prediction]:
        """What a run's network says of samples, each a list of values as typed."""
        request = p.Predict(
            id=self._next_id(), run=str(run.path.absolute()), checkpoint=checkpoint, rows=rows
        )
        return await self._ask(request, list[Prediction])

    async def evaluate(
        self, run: Run, checkpoint: p.Kept = "last", data_dir: Path | None = None
    ) -> list[Evaluated]:
        """How good a run's network is on each split of its data."""
        request = p.Evaluate(
            id=self._next_id(),
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=str(default_data_dir(data_dir).absolute()),
        )
        return await self._ask(request, list[Evaluated])

    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: p.Kept = "last",
        data_dir: Path | None = None,
    ) -> None:
        """Write a run as a script, its network in a file format, or its record as CSV."""
        request = p.Export(
            id=self._next_id(),
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            format=format,
            output=str(output.absolute()),
            data_dir=str(default_data_dir(data_dir).absolute()),
        )
        await self._tell(request)

    async def shutdown(self) -> None:
        """End the worker; a run that is not over is stopped with a checkpoint first."""
        with contextlib.suppress(WorkerLost):
            await self._tell(p.Shutdown(id=self._next_id()))
        await self._listening
        if self._launched is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._launched.process.wait, END_S)

    @property
    def signal(self) -> int:
        """The signal that ended the worker, if it said so."""
        return self._ended.signal if self._ended else 0

    async def _begin(self, request: p.Train | p.Resume) -> Path:
        self._beginnings.add(request.id)
        return self._note(await self._ask(request, p.Begun))

    def _note(self, begun: p.Begun) -> Path:
        self.run, self._since = Path(begun.run), begun.since
        return self.run

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _send(self, request: p.Request) -> None:
        self._writer.write(p.encode(request))

    async def _ask(self, request: p.Request, kind: type[T]) -> T:
        return msgspec.json.decode(await self._tell(request), type=kind)

    async def _tell(self, request: p.Request) -> msgspec.Raw:
        if self._listening.done():
            raise self._lost()
        future: asyncio.Future[p.Answer] = asyncio.get_running_loop().create_future()
        self._answers[request.id] = future
        self._send(request)
        answer = await future
        if answer.failure is not None:
            raise answer.failure.error()
        return answer.value

    async def _listen(self) -> None:
        rest = b""
        try:
            while received := await self._reader.read(CHUNK_BYTES):
                *lines, rest = (rest + received).split(b"\n")
                for line in lines:
                    self._take(line)
        except OSError:
            pass  # the connection broke: the same as its end
        finally:
            self._hang_up()

    def _take(self, line: bytes) -> None:
        if not self._welcome.done() and (version := p.version_of(line)) not in (None, p.VERSION):
            self._welcome.set_exception(_of_another_version(version))
            return
        try:
            reply = p.decode_reply(line)
        except (msgspec.MsgspecError, RecursionError):
            return  # a torn or foreign line of the record
        match reply:
            case p.Welcome():
                if not self._welcome.done():
                    self._welcome.set_result(reply)
            case p.Answer():
                if reply.id in self._beginnings and reply.failure is None:
                    self._forget()
                self._beginnings.discard(reply.id)
                future = self._answers.pop(reply.id, None)
                if future is not None and not future.done():
                    future.set_result(reply)
            case p.Ended():
                self._ended = reply
                self._happened.put_nowait(reply)
            case p.StateChanged():
                self.state = reply.state
                self._happened.put_nowait(reply)
            case p.Progress() | p.Drawn():
                if type(reply) not in self._newest:
                    self._happened.put_nowait(type(reply))
                self._newest[type(reply)] = reply
            case _:
                self._happened.put_nowait(reply)

    def _forget(self) -> None:
        """Drop what was not read of the run before."""
        kept = [self._happened.get_nowait() for _ in range(self._happened.qsize())]
        for happened in kept:
            if not isinstance(happened, Event | type):
                self._happened.put_nowait(happened)
        self._newest.clear()

    def _hang_up(self) -> None:
        """Tell everybody who waits that nothing comes any more."""
        lost = self._lost()
        for future in self._answers.values():
            _fail(future, lost)
        _fail(self._welcome, lost)
        self._answers.clear()
        self._happened.put_nowait(None)

    def _lost(self) -> WorkerLost:
        gone = "the trainer is gone: it was killed or it crashed"
        if self._ended is not None:
            gone = f"the trainer has ended{f' by signal {self.signal}' if self.signal else ''}"
        if self.run is None:
            return WorkerLost(gone)
        kept = self.run / "checkpoints" / "last.safetensors"
        if not kept.is_file():
            return WorkerLost(f"{gone}; {self.run} has no checkpoint yet, so it can't be resumed")
        saved = f"the last checkpoint is {kept}"
        return WorkerLost(f"{gone}; {saved}; `perceptui resume {self.run.name}` goes on from it")

    async def _close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening


def _of_another_version(version: int | None) -> PerceptuiError:
    return PerceptuiError(
        f"the trainer speaks version {version} of the protocol, this is version {p.VERSION}: "
        "use the perceptui that started it, or end its process"
    )


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # somebody may have stopped waiting for it
