"""A run is marked as what it is: live, crashed, lost, elsewhere or ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs import lease as leases
from engine.runs.contents import LEASE
from engine.runs.directory import RunDirectory
from engine.runs.lease import (
    LOST_S,
    Lease,
    claimed,
    drop_lease,
    own_lease,
    read_lease,
    write_lease,
)
from engine.runs.run import Run
from engine.runs.state import RunState, state_of
from tests.engine.training.tiny import small


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run without an end."""
    directory = RunDirectory.create(tmp_path, "tiny", small())
    directory.record(ev.Paused(n=1, step=0))
    directory.close()
    return Run(directory.path)


def _held(run: Run, **changes: object) -> RunState:
    """The run's state with a lease that differs from this process's own."""
    write_lease(run.path, msgspec.structs.replace(own_lease("", "running"), **changes))
    return state_of(run)


def _end(run: Run, reason: ev.Reason) -> None:
    directory = run.directory
    directory.record(
        ev.RunFinished(n=9, reason=reason, run="", epochs=1, steps=1, elapsed_s=0.0, metrics={})
    )
    directory.close()


def test_live_and_paused(run: Run) -> None:
    """While its process lives, the lease tells what it does."""
    assert _held(run) == RunState("running", "here")
    assert _held(run, state="paused") == RunState("paused", "here")
    assert state_of(run).is_live
    assert state_of(run).live_here


def test_ended(run: Run) -> None:
    """Without a lease the last event tells why it ended; without that it crashed."""
    assert state_of(run) == RunState("crashed", "none")
    _end(run, "interrupted")
    assert state_of(run) == RunState("interrupted", "none")


def test_gone_on_with_and_crashed(run: Run) -> None:
    """A run that ended, was resumed and then killed is crashed, not what it ended as before."""
    _end(run, "stopped")
    directory = run.directory
    directory.record(ev.Resumed(n=10, from_step=0, epoch=0, after_event=1))
    directory.close()
    assert state_of(run) == RunState("crashed", "none")


def test_killed(run: Run) -> None:
    """The pid of a process that is gone, reaped or not, holds nothing."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1) as held:
        start = leases.process_start(held.pid)
        assert _held(run, pid=held.pid, process_start=start).text == "running"
        held.kill()
        os.waitid(os.P_PID, held.pid, os.WEXITED | os.WNOWAIT)  # dead, and not reaped yet
        assert state_of(run) == RunState("crashed", "gone")
    assert state_of(run) == RunState("crashed", "gone")


def test_pid_of_another_process(run: Run) -> None:
    """A later process that got the same pid is not the one that trained."""
    assert _held(run, process_start="1") == RunState("crashed", "gone")
    assert _held(run, process_start="") == RunState("crashed", "gone")


def test_after_a_reboot(run: Run) -> None:
    """Nothing of before the machine started again lives, whatever pid and start time say."""
    assert _held(run, boot_id="the one before") == RunState("crashed", "gone")


def test_another_machine(run: Run) -> None:
    """On another machine the heartbeat tells; what has fallen silent is lost, not running."""
    assert _held(run, host="far", heartbeat=time.time()) == RunState("running on far", "elsewhere")
    assert not state_of(run).live_here
    silent = _held(run, host="far", heartbeat=time.time() - LOST_S - 1)
    assert silent.holder == "lost"
    assert silent.text.startswith("lost on far, last seen 20")
    assert not silent.is_live
    _end(run, "completed")
    assert state_of(run) == RunState("completed", "none")


@pytest.mark.parametrize("content", [b"", b"{", b'{"host":1}', b'{"host":"\xff"}'])
def test_a_lease_that_is_none(run: Run, content: bytes) -> None:
    """A torn or foreign lease holds nothing once it is old."""
    (run.path / LEASE).write_bytes(content)
    os.utime(run.path / LEASE, (0, 0))
    assert state_of(run) == RunState("crashed", "none")


def test_the_newest_event_of_a_long_record(run: Run) -> None:
    """It is found from the end, past garbage and torn lines longer than a block."""
    _end(run, "stopped")
    with (run.path / "events.jsonl").open("ab") as record:
        record.write(b"x" * 200_000 + b"\n\n\xff\n" + b'{"event":"paused","n":11')
    newest = next(run.record_file.backwards())
    assert newest == list(run.raw_events())[-1]
    assert isinstance(newest, ev.RunFinished)


def test_a_claim_is_dropped_when_nothing_comes_of_it(run: Run) -> None:
    """A run that could not be prepared again is free as before."""

    def claim_in_vain() -> None:
        with claimed(run.path, "s") as claim:
            claim.check()
            assert state_of(run) == RunState("preparing", "here")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        claim_in_vain()
    assert read_lease(run.path) is None


def test_two_claim_at_once(run: Run) -> None:
    """Who finds the run claimed again after its own claim lets it be, and leaves that lease."""

    def claim_both() -> None:
        with claimed(run.path, "s") as claim:
            other = msgspec.structs.replace(own_lease("t", "preparing"), pid=1,
                                            process_start=leases.process_start(1))  # fmt: skip
            write_lease(run.path, other)
            claim.check()

    with pytest.raises(UsageError, match=r"process 1 on .* trains it already"):
        claim_both()
    lease = read_lease(run.path)
    assert isinstance(lease, Lease)
    assert lease.pid == 1


def test_a_lease_that_can_not_be_removed_stays(tmp_path: Path) -> None:
    """As in a directory that became read-only: a training's end does not end its trainer."""
    (tmp_path / "lease.json").mkdir()  # nobody can unlink this, root included
    drop_lease(tmp_path)
    assert (tmp_path / "lease.json").is_dir()
