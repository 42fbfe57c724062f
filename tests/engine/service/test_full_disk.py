"""A disk that fills up costs at most what could not be written, and the reason is told."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from engine.runs import events as ev
from engine.runs.run import Run
from engine.runs.series import Series
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from tests.engine.service.live import (
    begun_paused,
    demanding,
    endless,
    on,
    run_async,
    the_end,
    to_resume,
    to_train,
    until,
    weights_of,
)
from tests.engine.training.tiny import NOWHERE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB; skips where this machine lets nobody mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a file system can't be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(place: Path, leave: int) -> None:
    """Take all room but so many bytes."""
    with (place / "filler").open("wb") as filler:
        while (free := os.statvfs(place)).f_bavail * free.f_bsize > leave:
            filler.write(bytes(4096))
            filler.flush()


def test_no_room_for_a_checkpoint(warm: Path, small_disk: Path) -> None:
    """The checkpoint before stays whole, the failure is recorded, the training goes on.

    With room again the next checkpoint is written, and the run ends well.
    """

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(), small_disk)
            await on(session, 10)
            await session.do(p.Rewind(to="best"))
            before = weights_of(run)
            await on(session, 10)
            room = 4096 - (run.path / "events.jsonl").stat().st_size % 4096
            assert room > 500  # what was begun of the record's last page is there to be filled
            _fill(small_disk, 0)
            await session.do(p.Rewind(to="best"))
            seen = await until(session, lambda happened: isinstance(happened, ev.CheckpointFailed))
            assert isinstance(failed := seen[-1], ev.CheckpointFailed)
            assert "No space left" in failed.message
            assert weights_of(run) == before
            assert [path.name for path in run.directory.checkpoint_dir.glob(".*")] == []
            (small_disk / "filler").unlink()
            await on(session, 10)
            await session.do(p.Stop())
            assert weights_of(run) != before
            assert run.record().finished is not None

    run_async(train())


def test_no_room_for_the_record(warm: Path, small_disk: Path) -> None:
    """The run ends, the client is told why although it can't be recorded, the trainer serves on.

    The run is resumed from its checkpoint once there is room.
    """

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, endless(report_every=1), small_disk)
            await on(session, 3)
            await session.do(p.Rewind(to="best"))
            _fill(small_disk, 0)
            await session.do(p.Continue())
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            assert isinstance(finished := seen[-1], ev.RunFinished)
            assert finished.reason == "failed"
            failed = [happened for happened in seen if isinstance(happened, ev.Failed)]
            assert "No space left" in failed[0].message
            assert "events.jsonl" in failed[0].message
            (small_disk / "filler").unlink()
            await session.begin(to_resume(run))
            await session.do(p.Stop())
            assert (await the_end(session)).reason == "stopped"
            assert run.record().skipped <= 1  # the line that the full disk tore
            epochs = [e.epoch for e in run.record().events if isinstance(e, ev.EpochFinished)]
            assert epochs == list(range(1, len(epochs) + 1))

    run_async(train())


def test_an_error_while_checkpointing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says while it writes, the checkpoint before stays and the run goes on."""
    order = to_train(demanding(epochs=3), tmp_path, name="tiny", data_dir=NOWHERE.data_dir)
    training = TrainingRun.begin(order, prepare(order.experiment(), NOWHERE))
    run = Run(training.directory.path)
    training.advance(0.0)
    training.save()
    before = weights_of(run)
    training.advance(0.0)

    def refuse(descriptor: int) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        training.save()
    failed = run.record().last(ev.CheckpointFailed)
    assert isinstance(failed, ev.CheckpointFailed)
    assert "Input/output error" in failed.message
    assert weights_of(run) == before
    while not training.is_over:
        training.advance(0.0)
    assert weights_of(run) != before
    finished = run.record().finished
    assert finished is not None
    assert finished.reason == "completed"
    assert len(Series.of(training.trainer.losses.points()).points()) == 3
