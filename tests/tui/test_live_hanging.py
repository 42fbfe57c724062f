"""A trainer that hangs can be left, and a command that hangs holds no training up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from engine.runs.lease import process_start, read_lease
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.spec.writer import to_toml
from tests.engine.service.live import WAIT_S, eventually
from tests.engine.service.slow_mirror import left_over, slow_mirror, waiting_for_data
from tests.tui.command_line import Bench, command
from tests.tui.live_process import Headless, has_finished, kept_run, stopped, toml

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="signals of others are told by Linux only"
)

_IMPATIENT = """\
import sys
from tui import cli
from tui.headless import patience
patience.PATIENCE_S = 0.3
sys.exit(cli.run(sys.argv[1:]))
"""


def _impatient(*arguments: str) -> list[str]:
    """A command line that waits for a silent trainer for a moment only."""
    return [sys.executable, "-c", _IMPATIENT, *arguments]


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process does something of its own at a signal."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (number - 1) & 1)


def test_ctrl_c_twice_leaves_a_trainer_that_hangs(bench: Bench) -> None:
    """The first one waits and says so; the second ends the command and tells what is kept.

    The run is still held; when the trainer goes on it stops with its checkpoint.
    """
    bench.write("long.toml", toml(epochs=10**6))
    words = _impatient("--preset", "long.toml")
    child = pexpect.spawn(
        words[0], words[1:], timeout=WAIT_S, encoding="utf-8", dimensions=(24, 400)
    )
    child.expect("epoch +50/")
    run = Run(bench.runs()[0])
    lease = read_lease(run.path)
    assert lease is not None
    with stopped(lease.pid):
        child.sendintr()
        child.expect(rf"process {lease.pid}\) has not answered for .* s; Ctrl-C once more leaves")
        child.sendintr()
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 130
        assert "has not answered" in child.before
        assert f"it still holds {run.path}, and stops it with a checkpoint" in child.before
        assert "it has no checkpoint" in child.before
        assert f"`kill -9 {lease.pid}` frees the run" in child.before
        assert state_of(run).text == "running"
    eventually(has_finished(run))
    assert state_of(run).text == "interrupted"
    assert run.checkpoint("last").is_file()


def test_what_was_kept_before_it_hung_is_named(bench: Bench, warm: Path) -> None:
    """Without a terminal two signals at once do; the checkpoint that is there is told."""
    run = kept_run(warm, bench.runs_dir, epochs=10**6)
    live = Headless(bench, begin=_impatient, goes_on_with=run)
    with stopped(live.worker):
        live.process.send_signal(signal.SIGINT)
        live.process.send_signal(signal.SIGTERM)
        code, _, err = live.end()
    assert code in (130, 143)  # whichever is delivered first
    (line,) = err.splitlines()
    assert f"until then the last checkpoint is {live.run.checkpoint('last').absolute()}" in line
    eventually(has_finished(live.run))


def test_a_trainer_that_hangs_before_there_is_a_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be left during a download, too; going on it ends without a trace."""
    bench.write("slow.toml", to_toml(waiting_for_data(), complete=True))
    words = _impatient("--preset", "slow.toml", "--data-dir", "data")
    with (
        slow_mirror(monkeypatch),
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("downloading FashionMNIST")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        worker = int(children.read_text("ascii").split()[0])
        with stopped(worker):
            eventually(lambda: _is_gone_at_last(process))
            _, err = process.communicate(timeout=WAIT_S)
            assert process.returncode == 130
            assert "is left alone: it has begun no run, and ends if it ever goes on" in err
        eventually(lambda: not process_start(worker))
    assert bench.runs() == []
    assert left_over(bench.folder / "data") == []


def _is_gone_at_last(process: subprocess.Popen[str]) -> bool:
    """Whether a command has ended; one more Ctrl-C for it."""
    process.send_signal(signal.SIGINT)
    return process.poll() is not None


def test_stop_can_be_left(bench: Bench) -> None:
    """`perceptui stop` of a run whose trainer hangs ends at Ctrl-C, and does not say it stopped."""
    live = Headless(bench, epochs=10**6)
    with stopped(live.worker):
        stopping = subprocess.Popen(
            command("stop", "last"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        eventually(lambda: _catches(stopping.pid, signal.SIGTERM))
        stopping.send_signal(signal.SIGINT)
        out, err = stopping.communicate(timeout=WAIT_S)
        assert (stopping.returncode, out) == (130, "")
        assert f"{live.run.name}: its trainer has not answered; it has no checkpoint" in err
        assert state_of(live.run).text == "running"
    live.process.send_signal(signal.SIGINT)
    assert live.end()[0] == 130


def test_a_command_that_hangs_holds_nothing_up(bench: Bench) -> None:
    """The training goes on to its end without it; gone on with, it prints all that happened."""
    live = Headless(bench, epochs=1500, report_every=1)
    with stopped(live.process.pid):
        eventually(lambda: live.run.record().finished is not None)
        assert live.run.record_size() > 1 << 18  # more than a socket and a pipe take
    code, out, err = live.end()
    assert (code, err) == (0, "")
    told = [json.loads(line) for line in out.splitlines()]
    epochs = [event["epoch"] for event in told if event["event"] == "epoch_finished"]
    assert epochs == list(range(2, 1501))
    assert told[-1]["reason"] == "completed"
