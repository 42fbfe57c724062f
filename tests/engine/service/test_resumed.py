"""A run goes on in another process, or is refused by name; never half."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import PerceptuiError, UsageError
from engine.runs import events as ev
from engine.runs.lease import own_lease, read_lease, write_lease
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    reported,
    run_async,
    the_end,
    to_resume,
    to_train,
    uninterrupted,
    weights_of,
)
from tests.engine.training.damage import make_old
from tests.engine.training.tiny import small


async def _stopped(session: Session, runs_dir: Path, steps: int) -> Run:
    run = await begun_paused(session, demanding(epochs=60), runs_dir)
    await on(session, steps)
    await session.do(p.Stop())
    return run


def test_stopped_twice_and_resumed_in_the_middle_of_an_epoch(warm: Path, tmp_path: Path) -> None:
    """Weights, reported epochs and the order of the record are those of one life."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 61)
            await session.begin(to_resume(run))
            await session.do(p.Stop())
        async with Session.connect(warm) as session:
            await session.begin(to_resume(run))
            assert state_of(run).text == "running"
            assert (await the_end(session)).reason == "completed"
            return run

    run = run_async(train())
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(demanding(epochs=60))
    assert sum(isinstance(event, ev.Resumed) for event in run.raw_events()) == 2
    numbers = [event.n for event in run.raw_events()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert state_of(run).text == "completed"


def test_a_checkpoint_without_a_digest_is_told_of(warm: Path, tmp_path: Path) -> None:
    """An earlier version's run goes on, with a word on each file; what it writes is guarded."""

    async def train() -> list[list[str]]:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 22)
            assert session.remarks() == []
            path = run.directory.checkpoint("last")
            make_old(path)
            told = []
            for _ in range(2):
                await session.begin(to_resume(run))
                told += [session.remarks()]
                await session.do(p.Stop())
            return told

    first, second = run_async(train())
    assert [remark.split(": ", 1)[1] for remark in first] == [
        "written by an earlier version, without a digest: a changed bit would not show"
    ]
    assert second == []


def test_what_killed_writers_left_goes_at_a_resume(warm: Path, tmp_path: Path) -> None:
    """Folders of this version, files of older ones; what a person put there stays."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 2)
            left = run.directory.checkpoint_dir / ".perceptui-abcd_123.tmp"
            left.mkdir()
            (left / "new").touch()
            (run.directory.checkpoint_dir / ".best.safetensors.77.tmp").touch()
            (run.path / ".lease.json.77.tmp").touch()
            (run.path / "notes.tmp").touch()
            await session.begin(to_resume(run))
            await session.do(p.Stop())
            return run

    run = run_async(train())
    names = {path.name for path in run.path.rglob("*")}
    own = {"experiment.toml", "events.jsonl", "losses.json", "worker.log", "checkpoints"}
    assert names == own | {"last.safetensors", "best.safetensors", "notes.tmp"} | {
        *("snapshots", "weights.bin"),
    }


@pytest.mark.parametrize(("name", "state"), [("events.jsonl", "stopped"), ("worker.log", "")])
def test_a_link_in_a_run_is_not_written_through(
    warm: Path, tmp_path: Path, name: str, state: str
) -> None:
    """What it points to stays: a run without record is refused, one without log goes on."""
    victim = tmp_path / "victim"

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 2)
            victim.write_bytes((run.path / name).read_bytes())
            (run.path / name).unlink()
            (run.path / name).symlink_to(victim)
            before = victim.read_bytes()
            if state:
                with pytest.raises(PerceptuiError, match=f"{name}: a link, which is not followed"):
                    await session.begin(to_resume(run))
                assert state_of(run).text == state
            else:
                await session.begin(to_resume(run))
                await session.do(p.Stop())
            assert victim.read_bytes() == before

    run_async(train())


def test_a_finished_run_is_not_resumed(warm: Path, tmp_path: Path) -> None:
    """There is nothing left of a completed run to go on with."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = Run(await session.begin(to_train(small(), tmp_path)))
            await the_end(session)
            with pytest.raises(UsageError, match=r"over \(completed\)"):
                await session.begin(to_resume(run))
            assert read_lease(run.path) is None

    run_async(train())


def test_a_run_that_lives_is_not_resumed(warm: Path, tmp_path: Path) -> None:
    """A run that another live process holds is refused, and its lease stays."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 5)
            write_lease(run.path, own_lease("", "running"))
            with pytest.raises(UsageError, match="trains it already"):
                await session.begin(to_resume(run))
            lease = read_lease(run.path)
            assert lease is not None
            assert lease.is_own

    run_async(train())


@pytest.mark.parametrize("damage", ["truncated", "foreign", "other"])
def test_a_bad_checkpoint_is_refused_by_name(warm: Path, tmp_path: Path, damage: str) -> None:
    """A checkpoint that is cut, not ours or of another network is named, not loaded.

    The record stays as it was, and with the checkpoint back in place the run goes on.
    """

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await _stopped(session, tmp_path, 30)
            last = run.checkpoint("last")
            kept = shutil.copy(last, tmp_path / "kept")
            record = list(run.raw_events())
            match damage:
                case "truncated":
                    last.write_bytes(last.read_bytes()[:-7])
                case "foreign":
                    last.write_bytes(b"PK\x03\x04 a pickle from somewhere")
                case "other":
                    other = Run(await session.begin(to_train(small(), tmp_path)))
                    await the_end(session)
                    shutil.copy(other.checkpoint("last"), last)
            with pytest.raises(PerceptuiError, match=f"{last}"):
                await session.begin(to_resume(run))
            assert list(run.raw_events()) == record
            assert state_of(run).text == "stopped"
            shutil.copy(kept, last)
            await session.begin(to_resume(run))
            await the_end(session)
            assert weights_of(run) == uninterrupted(demanding(epochs=60))[0]

    run_async(train())
