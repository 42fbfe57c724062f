"""Trainings whose images are streamed: what they say, and that none of their processes stays."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.errors import WorkerLost
from engine.runs import events as ev
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    Bits,
    eventually,
    run_async,
    the_end,
    to_train,
    uninterrupted,
    until,
    weights_of,
)
from tests.engine.service.nursery import NEEDED
from tests.engine.training.streaming.folders import experiment_on, pictures_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture(autouse=True)
def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory is to be had for images in trainers that start now."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0")


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where trainers that start now put what is theirs for a while; a path short for a socket."""
    NEEDED.start()  # whose own folder is elsewhere
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def _session(leader: int) -> dict[int, int]:
    """The processes of a trainer's session, itself among them: who started each."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue  # it has just ended
        if int(session) == leader and state != "Z":
            found[int(folder.name)] = int(parent)
    return found


def _readers(leader: int) -> list[int]:
    """Those that read images: started by the server that the trainer started."""
    return [pid for pid, parent in _session(leader).items() if leader not in (pid, parent)]


@pytest.mark.usefixtures("real_workers")
@pytest.mark.rare
def test_it_says_which_way_and_ends_its_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken picture fails the run with exit code 4; a stop, a reset and the end leave nothing.

    The record begins with the way the data took, and the weights are those of images in memory.
    """
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "0")  # what is kept needs no readers
    good, broken = pictures_in(tmp_path / "good"), pictures_in(tmp_path / "broken")
    (broken / "owls" / "03.png").write_text("no picture")
    monkeypatch.setattr("engine.service.client.session.look_at", lambda _: None)  # it breaks later

    async def train() -> int:
        async with Session.open() as session:
            path = await session.begin(to_train(experiment_on(broken), tmp_path))
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            started = next(event for event in seen if isinstance(event, ev.RunStarted))
            failed = next(event for event in seen if isinstance(event, ev.Failed))
            assert (started.data_path, failed.exit_code) == ("streamed", 4)
            assert "streamed from the disk" in started.data_reason
            assert failed.message == f"{broken}: owls/03.png can't be read: not a picture"
            assert state_of(Run(path)).text == "failed"
            assert _readers(session.pid) == []

            path = await session.begin(to_train(experiment_on(good), tmp_path))
            assert (await the_end(session)).reason == "completed"
            assert weights_of(Run(path)) == _in_memory(good)
            assert _readers(session.pid) == []
            assert (await session.pictures(4, 4)).mistakes
            assert _readers(session.pid), "pictures of a finished run are read again"

            endless = experiment_on(good, epochs=10**8, report_every=1)
            await session.begin(to_train(endless, tmp_path))
            await until(session, lambda happened: isinstance(happened, ev.EpochFinished))
            assert _readers(session.pid)
            await session.do(p.Stop())
            assert _readers(session.pid) == []
            await session.shutdown()
            return session.pid

    pid = run_async(train())
    eventually(lambda: not _session(pid))


def _in_memory(folder: Path) -> Bits:
    """The weights of the same training with its images in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTUI_DATA_SHARE", "1")
        return uninterrupted(experiment_on(folder))[0]


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.rare)]
)
def test_no_reader_outlives_its_trainer(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Killed, or ended by a signal that all processes of its session get, as a logout sends it.

    SIGTERM leaves a checkpoint and the evaluation, which still needs the readers.
    """
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "0")  # what is kept needs no readers
    folder = pictures_in(tmp_path / "pictures")

    async def train() -> tuple[int, Run]:
        endless = experiment_on(folder, epochs=10**8, report_every=1)
        async with Session.open() as session:
            await session.begin(to_train(endless, tmp_path))
            await until(session, lambda happened: isinstance(happened, ev.EpochFinished))
            processes = _session(session.pid)
            assert _readers(session.pid)
            for pid in [session.pid] if number == signal.SIGKILL else processes:
                os.kill(pid, number)
            with suppress(WorkerLost):
                await the_end(session)
            assert session.run is not None
            return session.pid, Run(session.run)

    pid, run = run_async(train())
    eventually(lambda: not _session(pid))
    assert list(scratch.iterdir()) == []
    assert state_of(run).text == ("crashed" if number == signal.SIGKILL else "interrupted")
    if number == signal.SIGTERM:
        assert run.checkpoint("last").is_file()
        assert any(isinstance(event, ev.Evaluated) for event in run.raw_events())
        assert (run.path / "worker.log").read_text() == ""
