"""A training is stopped, left or killed while its data is still being downloaded."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from engine.errors import UsageError, WorkerLost
from engine.runs import events as ev
from engine.runs.lease import process_start, read_lease
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.launch import launch
from engine.service.client.session import Session
from engine.service.protocol.description import Description
from engine.service.protocol.socket_directory import socket_dir
from engine.spec.writer import to_toml
from tests.engine.service.live import (
    WAIT_S,
    RawClient,
    begun_paused,
    endless,
    eventually,
    on,
    run_async,
    the_end,
    to_resume,
    to_train,
)
from tests.engine.service.slow_mirror import left_over, slow_mirror, waiting_for_data
from tests.engine.training.tiny import small

T = TypeVar("T")


@pytest.fixture(scope="module")
def mirror() -> Iterator[None]:
    """Workers that are started by this module's tests download from a mirror that is silent."""
    with pytest.MonkeyPatch.context() as patch, slow_mirror(patch):
        yield


@pytest.fixture(scope="module")
def waiting(mirror: None) -> Iterator[Path]:
    """The socket of such a worker; it must be left without a training."""
    launched = asyncio.run(launch())
    company = RawClient(launched.socket)
    yield launched.socket
    company.close()
    launched.process.terminate()
    launched.process.wait(WAIT_S)


class Preparing:
    """A training that a session has asked for, and whose data is on its way."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.runs_dir, self.data_dir = folder / "runs", folder / "data"

    async def begin(self, policy: p.OnDisconnect = "stop") -> asyncio.Future[Path]:
        """Ask for it, and wait until a part of the data is there."""
        train = self.session.begin(
            to_train(
                waiting_for_data(), self.runs_dir, data_dir=self.data_dir, on_disconnect=policy
            )
        )
        return await _fetching(self.session, train)

    @property
    def left_over(self) -> list[Path]:
        runs = [self.runs_dir] if self.runs_dir.exists() else []
        return runs + left_over(self.data_dir)


async def _fetching(session: Session, asked: Awaitable[T]) -> asyncio.Future[T]:
    """Ask, and wait until a part of the data is there; runs that are over are passed over."""
    asking = asyncio.ensure_future(asked)
    while True:
        async for happened in session.events():
            if isinstance(happened, p.Loading) and happened.done_bytes > 0:
                return asking


@pytest.mark.parametrize("who", ["itself", "another"])
def test_stop_calls_a_training_off(waiting: Path, tmp_path: Path, who: str) -> None:
    """Whoever stops it, the training is refused as stopped, leaves nothing, and the next runs."""

    async def train() -> None:
        async with Session.connect(waiting) as session, Session.connect(waiting) as another:
            preparing = Preparing(session, tmp_path)
            asked = await preparing.begin()
            assert session.state == "preparing"
            await (another if who == "another" else session).do(p.Stop())
            with pytest.raises(UsageError, match="stopped before the training began"):
                await asked
            await another.watch(progress_hz=0)  # what was said before this is read now
            assert [session.state, another.state] == ["idle", "idle"]
            assert preparing.left_over == []
            with pytest.raises(UsageError, match="nothing is being trained"):
                await session.do(p.Stop())
            await session.begin(to_train(small(), tmp_path / "runs"))
            assert (await the_end(session)).reason == "completed"

    run_async(train())


def test_what_is_asked_meanwhile_is_answered(waiting: Path, tmp_path: Path) -> None:
    """Requests that come before and after the stop, all at once, get their answers in turn."""

    async def train() -> None:
        async with Session.connect(waiting) as session:
            preparing = Preparing(session, tmp_path)
            asked = await preparing.begin()
            pause = asyncio.ensure_future(session.do(p.Pause()))
            stop = asyncio.ensure_future(session.do(p.Stop()))
            again = asyncio.ensure_future(session.begin(to_train(small(), preparing.runs_dir)))
            await stop
            with pytest.raises(UsageError, match="stopped before"):
                await asked
            with pytest.raises(UsageError, match="nothing is being trained"):
                await pause
            await again
            assert (await the_end(session)).run == str(session.run)

    run_async(train())


def test_a_resume_that_is_stopped_leaves_the_run_as_it_was(waiting: Path, tmp_path: Path) -> None:
    """A run whose data has to come again is let go of: same record, same state, no lease."""

    async def train() -> None:
        async with Session.connect(waiting) as session:
            run = await begun_paused(session, endless(), tmp_path)
            await on(session, 3)
            await session.do(p.Stop())
            await the_end(session)
            toml = to_toml(waiting_for_data(), complete=True)
            (run.path / "experiment.toml").write_text(toml, "utf-8")
            _of_an_earlier_version(run)
            before = list(run.raw_events())
            data_dir = tmp_path / "data"
            asked = await _fetching(session, _resumed(session, run, data_dir))
            assert state_of(run).text == "preparing"
            await session.do(p.Stop())
            with pytest.raises(UsageError, match="stopped before the training began"):
                await asked
            assert (state_of(run).text, read_lease(run.path)) == ("stopped", None)
            assert list(run.raw_events()) == before
            assert left_over(data_dir) == []

    run_async(train())


def _of_an_earlier_version(run: Run) -> None:
    """Take the digest from the record's first line, and let it tell of the data to come."""
    path = run.path / "events.jsonl"
    first, _, rest = path.read_bytes().partition(b"\n")
    started = msgspec.json.decode(first)
    del started["digest"]
    started["facts"] = msgspec.to_builtins(waiting_for_data().data.known_facts())
    path.write_bytes(msgspec.json.encode(started) + b"\n" + rest)


async def _resumed(session: Session, run: Run, data_dir: Path) -> Path:
    await session.begin(to_resume(run, data_dir=data_dir))
    return run.path


@pytest.mark.usefixtures("mirror")
def test_who_leaves_meanwhile(tmp_path: Path) -> None:
    """The only client goes, its policy is to stop: nothing is left, the trainer least of all."""

    async def leave() -> tuple[int, Preparing]:
        async with Session.open() as session:
            preparing = Preparing(session, tmp_path)
            (await preparing.begin("stop")).cancel()
            return session.pid, preparing

    pid, preparing = run_async(leave())
    eventually(lambda: not process_start(pid))
    assert preparing.left_over == []
    assert not list(socket_dir().glob(f"{pid}-*"))


@pytest.mark.usefixtures("mirror")
def test_a_signal_meanwhile(tmp_path: Path) -> None:
    """The trainer ends at once and says by what; nothing is left."""

    async def train() -> tuple[int, Preparing]:
        async with Session.open() as session:
            preparing = Preparing(session, tmp_path)
            asked = await preparing.begin()
            os.kill(session.pid, signal.SIGTERM)
            with pytest.raises(WorkerLost, match=r"has ended by signal 15$"):
                await asked
            assert session.signal == signal.SIGTERM
            return session.pid, preparing

    pid, preparing = run_async(train())
    eventually(lambda: not process_start(pid))
    assert preparing.left_over == []


async def _looking(session: Session, folder: Path) -> tuple[Run, asyncio.Future[Description]]:
    """A training that waits, and a look at other data, which is on its way."""
    run = await begun_paused(session, endless(), folder)
    await on(session, 3)
    described = session.experiments.describe(waiting_for_data(), folder / "data")
    return run, await _fetching(session, described)


async def _ended(session: Session, run: Run, asking: asyncio.Future[Description]) -> str:
    """Why the run ended, with its checkpoint; the look was called off."""
    with pytest.raises(UsageError, match="called off before the data was there"):
        await asking
    finished = await the_end(session)
    saved = run.record().last(ev.CheckpointSaved)
    assert isinstance(saved, ev.CheckpointSaved)
    assert (saved.step, saved.path) == (3, str(run.checkpoint("last")))
    assert left_over(run.path.parent / "data") == []
    return finished.reason


def test_a_stop_while_other_data_is_looked_at(waiting: Path, tmp_path: Path) -> None:
    """It ends the training, which does not wait for a download it has nothing to do with."""

    async def train() -> None:
        async with Session.connect(waiting) as session:
            run, asking = await _looking(session, tmp_path)
            async with Session.attach(run) as another:
                await another.do(p.Stop())
            assert await _ended(session, run, asking) == "stopped"
            assert state_of(run).text == "stopped"

    run_async(train())


@pytest.mark.parametrize(("how", "reason"), [("shutdown", "stopped"), ("SIGTERM", "interrupted")])
@pytest.mark.usefixtures("mirror")
def test_the_trainer_ends_while_other_data_is_looked_at(
    tmp_path: Path, how: str, reason: str
) -> None:
    """The training that waits meanwhile is kept, as if nothing else went on."""

    async def train() -> Run:
        async with Session.open() as session:
            run, asking = await _looking(session, tmp_path)
            if how == "shutdown":
                await session.shutdown()
            else:
                os.kill(session.pid, signal.SIGTERM)
            assert await _ended(session, run, asking) == reason
            return run

    run = run_async(train())
    eventually(lambda: read_lease(run.path) is None)
    assert state_of(run).text == reason
