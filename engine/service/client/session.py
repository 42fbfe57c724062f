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

from engine.errors import PerceptuiError, UsageError, WorkerLost
from engine.paths import runs_dir as default_runs_dir
from engine.runs.events import RunFinished
from engine.runs.lease import read_lease
from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.client.connection import Connection
from engine.service.client.event_queue import SessionEvent
from engine.service.client.inquiries import Inquiries, absolute
from engine.service.client.launch import Launched, launch
from engine.service.client.steering import Steering
from engine.service.protocol.socket_directory import check_socket, peer_is_owner
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml

__all__ = ["Session", "SessionEvent"]

END_S = 10.0
"""Seconds that a worker may take to be gone after its last word."""


class Session(Steering, Inquiries):
    """A connection to one training process.

    All methods raise UsageError for what can't be done now, DataUnavailable for data,
    WorkerLost when the process is gone.
    """

    def __init__(self, connection: Connection, launched: Launched | None) -> None:
        self._connection = connection
        self._launched = launched

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
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket))
        except OSError as error:
            raise WorkerLost(f"{socket}: no trainer answers there ({error.strerror})") from error
        if not peer_is_owner(writer.get_extra_info("socket")):
            writer.close()
            raise PerceptuiError(f"{socket}: who answers there is another user's process")
        connection = Connection(reader, writer, launched.log if launched else None)
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
            toml=to_toml(experiment, complete=True),
            name=name,
            runs_dir=str(default_runs_dir(runs_dir)),  # the worker was started in our folder
            data_dir=absolute(data_dir),
            on_disconnect=on_disconnect,
            paused=paused,
            executor=executor,
            changes=changes or [],
            until_step=until_step,
        )
        return await self._connection.begin(request)

    async def resume(
        self,
        run: Run,
        *,
        data_dir: Path | None = None,
        on_disconnect: p.OnDisconnect = "continue",
        checkpoint: p.Kept = "last",
        rewind: bool = False,
        learning_rate: float | None = None,
    ) -> None:
        """Go on with a run that ended early, from its last checkpoint or its best.

        rewind: the run diverged, and goes on with a tenth of its learning rate, or with
        `learning_rate`, which stands in place of the experiment's. Recorded.
        Raises also BadCheckpoint's message as a PerceptuiError.
        """
        request = p.Resume(
            run=str(run.path.absolute()),
            data_dir=absolute(data_dir),
            on_disconnect=on_disconnect,
            checkpoint=checkpoint,
            rewind=rewind,
            learning_rate=learning_rate,
        )
        await self._connection.begin(request)

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

    async def shutdown(self) -> None:
        """End the worker; a run that is not over is stopped with a checkpoint first."""
        with contextlib.suppress(WorkerLost):
            await self._connection.tell(p.Shutdown())
        await self._connection.its_end()
        if self._launched is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._launched.process.wait, END_S)
