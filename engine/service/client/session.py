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
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from engine.errors import NotStacked, PerceptuiError, UsageError, WorkerLost
from engine.paths import absolute_data_dir
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.events import RunFinished
from engine.runs.inside import Effect, Inside, Look
from engine.runs.lease import read_lease
from engine.runs.pictures import Pictures
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.connection import Connection, gone_after
from engine.service.client.event_queue import SessionEvent
from engine.service.client.experiment_queries import ExperimentQueries
from engine.service.client.first_look import look_at
from engine.service.client.launch import Launched, last_words, launch
from engine.service.client.run_queries import RunQueries
from engine.service.client.surroundings import surroundings
from engine.service.protocol.socket_directory import check_socket, log_path, peer_is_owner
from engine.service.protocol.warm import Waiting, taken

__all__ = ["Session", "SessionEvent"]

ANSWER_S = 2.0
"""Seconds in which a worker that waits must have answered; else another one is started."""
END_S = 10.0
"""Seconds that a worker may take to be gone after its last word."""


class Session:
    """A connection to one training process.

    All methods raise UsageError for what can't be done now, DataUnavailable for data,
    WorkerLost when the process is gone. What a training does not feel is asked by `experiments`
    and `runs`.
    """

    def __init__(self, connection: Connection, launched: Launched | None) -> None:
        self._connection = connection
        self._launched = launched
        self.experiments = ExperimentQueries(connection)
        self.runs = RunQueries(connection)

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
        data_dir = absolute_data_dir(Path(order.data_dir))  # others may have started the worker
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
        data_dir = absolute_data_dir(Path(order.data_dir))
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
