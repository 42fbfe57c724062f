"""The terminal closes while a training runs in it."""

from __future__ import annotations

import signal
import sys

import pexpect

from engine.runs.run import Run
from engine.runs.state import state_of
from tests.engine.service.live import WAIT_S, eventually
from tests.tui.command_line import Bench, command
from tests.tui.live_process import has_finished, toml


def _in_terminal(bench: Bench) -> tuple[pexpect.spawn, Run]:
    bench.write("long.toml", toml(epochs=10**6))
    words = command("--preset", "long.toml")
    child = pexpect.spawn(sys.executable, words[1:], timeout=WAIT_S, encoding="utf-8")
    child.expect("epoch +50/")
    return child, Run(bench.runs()[0])


def test_the_terminal_is_closed(bench: Bench) -> None:
    """The run ends with its checkpoint, and no process is left."""
    child, run = _in_terminal(bench)
    child.ptyproc.fileobj.close()  # a window that is shut, a lost connection
    eventually(has_finished(run))
    assert state_of(run).text == "interrupted"
    assert run.checkpoint("last").is_file()
    eventually(lambda: not child.isalive())
    assert child.exitstatus == 128 + signal.SIGHUP


def test_ctrl_c_in_a_terminal(bench: Bench) -> None:
    """Ctrl-C twice: one report that names checkpoint and run, exit code 130."""
    child, run = _in_terminal(bench)
    child.sendintr()
    child.sendintr()
    child.expect(pexpect.EOF)
    assert f"Checkpoint: runs/{run.name}/checkpoints/last.safetensors\r\n" in child.before
    assert child.before.endswith(f"Run: runs/{run.name}\r\n")
    child.close()
    assert child.exitstatus == 130
    assert state_of(run).text == "interrupted"
