"""Signals to a command that follows a sweep: Ctrl-C stops what it began, a hangup does not."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from engine.sweeps.directory import all_sweeps
from engine.sweeps.table import TrialEnded
from tests.engine.service.live import WAIT_S, eventually
from tests.tui.command_line import TINY, Bench, command, perceptui

MANY = ("--seeds", "400", "--processes", "1", "--no-stack")


def _begun(*arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*arguments), stdout=pipe, stderr=pipe, text=True)


def _signaled(process: subprocess.Popen[str], number: int) -> tuple[int, Sequence[str]]:
    """Send a signal once a training was told; the exit code and the last lines."""
    assert process.stdout is not None
    assert "seed" in process.stdout.readline()
    process.send_signal(number)
    out, _ = process.communicate(timeout=WAIT_S)
    return process.returncode, out.splitlines()


def test_ctrl_c_stops_what_the_command_began_and_nothing_else_does(bench: Bench) -> None:
    """A lost connection and the end of who only watches leave it running; all of it resumes."""
    bench.write("many.toml", TINY)
    beginning = _begun("sweep", "many.toml", *MANY)
    eventually(lambda: bool(all_sweeps(bench.runs_dir)))
    (directory,) = all_sweeps(bench.runs_dir)
    code, lines = _signaled(beginning, signal.SIGHUP)
    assert code == 128 + signal.SIGHUP
    assert lines[-1] == f"It goes on; to follow it: perceptui sweeps attach {directory.name}"
    assert directory.is_live

    code, lines = _signaled(_begun("sweeps", "attach"), signal.SIGINT)
    assert (code, lines[-1].startswith("It goes on")) == (128 + signal.SIGINT, True)
    assert directory.is_live
    assert perceptui("sweeps", "stop", "last").code == 0
    assert directory.state() == "stopped"

    code, lines = _signaled(_begun("sweeps", "resume"), signal.SIGINT)
    assert code == 128 + signal.SIGINT
    assert lines[-1] == f"To go on: perceptui sweeps resume {directory.name}"
    assert directory.state() == "stopped"
    ended = [line.trial for line in directory.lines()[0] if isinstance(line, TrialEnded)]
    assert len(ended) == len(set(ended))
    assert len(ended) < 400
    runs = [name for name in os.listdir(directory.runs) if "again" in name]
    assert runs == []
