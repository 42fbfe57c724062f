"""What a trainer does when nobody is connected any more; none is left over."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import WorkerLost
from engine.runs import events as ev
from engine.runs.lease import process_start, read_lease
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.protocol.socket_directory import socket_dir
from tests.engine.service.live import (
    WAIT_S,
    RawClient,
    endless,
    eventually,
    run_async,
    to_train,
    until,
)


def _gone(pid: int) -> bool:
    return not process_start(pid)


async def _left(runs_dir: Path, policy: p.OnDisconnect) -> tuple[int, Run]:
    """A training whose only client has gone; returns its pid and its run."""
    async with Session.open() as session:
        await session.begin(to_train(endless(), runs_dir, on_disconnect=policy))
        await until(session, lambda happened: isinstance(happened, ev.EpochFinished))
        assert session.run is not None
        return session.pid, Run(session.run)


def test_continue_goes_on_and_can_be_attached_to(tmp_path: Path) -> None:
    """With `continue` the training runs on alone; stopped later, no process remains."""

    async def train() -> int:
        pid, run = await _left(tmp_path, "continue")
        async with Session.attach(run) as session:
            assert (session.pid, session.state) == (pid, "running")
            await session.do(p.Stop())
        return pid

    pid = run_async(train())
    eventually(lambda: _gone(pid))
    assert not list(socket_dir().glob(f"{pid}-*"))


def test_a_signal_ends_who_goes_on_alone(tmp_path: Path) -> None:
    """SIGTERM ends a training that goes on alone with its checkpoint."""
    pid, run = run_async(_left(tmp_path, "continue"))

    async def look() -> None:
        async with Session.attach(run) as session:
            assert session.state == "running"

    run_async(look())
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: _gone(pid))
    assert state_of(run).text == "interrupted"
    assert run.checkpoint("last").is_file()


def test_pause_waits_and_then_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `pause` the training waits for a client, PERCEPTUI_LINGER_S seconds at most."""
    monkeypatch.setenv("PERCEPTUI_LINGER_S", "1.5")
    pid, run = run_async(_left(tmp_path, "pause"))
    eventually(lambda: state_of(run).text in ("paused", "stopped"))
    eventually(lambda: _gone(pid))
    kinds = [type(event) for event in run.raw_events()]
    assert kinds.index(ev.Paused) < kinds.index(ev.RunFinished)
    assert state_of(run).text == "stopped"
    assert read_lease(run.path) is None


def test_stop_keeps_the_checkpoint(tmp_path: Path) -> None:
    """With `stop` the run ends as interrupted, with its checkpoint, and so does the process."""
    pid, run = run_async(_left(tmp_path, "stop"))
    eventually(lambda: _gone(pid))
    assert state_of(run).text == "interrupted"
    assert run.checkpoint("last").is_file()


def test_a_trainer_that_was_told_nothing_ends(tmp_path: Path) -> None:
    """A worker to which nobody ever comes ends after its grace period."""
    reading, writing = os.pipe()
    soon = (
        "import sys; from engine.service.worker import disconnect_policy, process;"
        "disconnect_policy.GRACE_S = 0.1; sys.exit(process.main())"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", soon, str(writing)], pass_fds=(writing,)
    ) as process:
        os.close(writing)
        with open(reading, "rb") as said:
            path = Path(said.readline().decode().strip())
        assert process.wait(WAIT_S) == 0
    assert not path.exists()


def test_a_killed_trainer_is_told_at_once(tmp_path: Path) -> None:
    """After kill -9 the client learns it from the closed connection, with what to do now.

    The run counts as crashed, not as running for ever.
    """

    async def train() -> Run:
        async with Session.open() as session:
            await session.begin(to_train(endless(), tmp_path))
            await until(session, lambda happened: isinstance(happened, ev.EpochFinished))
            assert session.run is not None
            run = Run(session.run)
            os.kill(session.pid, signal.SIGKILL)
            with pytest.raises(WorkerLost, match="no checkpoint yet"):
                await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            with pytest.raises(WorkerLost):
                await session.do(p.Pause())
            await session.shutdown()
            return run

    assert state_of(run_async(train())).text == "crashed"


def test_a_run_that_is_deleted_ends(tmp_path: Path) -> None:
    """Nobody could find it any more: its clients are told why, and the trainer is gone."""

    async def train() -> int:
        async with Session.open() as session:
            await session.begin(to_train(endless(), tmp_path))
            assert session.run is not None
            await until(session, lambda happened: isinstance(happened, ev.EpochFinished))
            shutil.rmtree(session.run)
            await session.do(p.Pause())  # it says so in the directory
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            (failed,) = (event for event in seen if isinstance(event, ev.Failed))
            assert failed.message == f"{session.run}: the run's directory is gone"
            return session.pid

    pid = run_async(train())
    eventually(lambda: _gone(pid))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("real_workers")
def test_a_foreign_folder_named_engine_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trainer starts from the installed code, whatever lies in the working directory."""
    for name in ("engine", "torch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')", "utf-8")
    monkeypatch.chdir(tmp_path)

    async def greet() -> None:
        async with Session.open() as session:
            assert session.state == "idle"
            await session.shutdown()

    run_async(greet())


@pytest.mark.usefixtures("real_workers")
def test_a_signal_while_it_warms_up_ends_it(tmp_path: Path) -> None:
    """SIGTERM during the import of torch: the process ends, the client is told the signal."""

    async def start() -> None:
        from engine.service.client.launch import launch

        launched = await launch()
        client = RawClient(launched.socket)
        os.kill(launched.process.pid, signal.SIGTERM)
        assert await asyncio.to_thread(launched.process.wait, WAIT_S) in (-signal.SIGTERM, 143)
        assert client.until("message", "ended")[-1] in ({}, {"message": "ended", "signal": 15})
        client.close()

    run_async(start())
