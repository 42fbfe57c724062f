"""Signals and kills, to the command and to its trainer: nothing is lost, the exit code tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.runs.lease import process_start
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service.client.session import Session
from tests.engine.service.live import WAIT_S, eventually, run_async
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.live_process import (
    Headless,
    ends_as_uninterrupted,
    has_finished,
    kept_run,
    stopped,
    toml,
)

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
TRIES = 5
"""A training that is so short may be over before it is interrupted."""


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_to_the_command(bench: Bench, warm: Path, number: signal.Signals) -> None:
    """It ends the run with its checkpoint, exits 128 + the signal, and the run can go on."""
    for _ in range(TRIES):
        live = Headless(bench)
        live.process.send_signal(number)
        finished = live.until("run_finished")
        if finished["reason"] != "completed":
            break  # else it was over before the signal came: on a busy machine
        live.end()
    assert finished["reason"] == "interrupted"
    assert live.end() == (128 + number, "", "")
    assert state_of(live.run).text == "interrupted"
    ends_as_uninterrupted(warm, live.run)


@pytest.mark.parametrize(
    "number",
    [*(pytest.param(one, marks=pytest.mark.rare) for one in SIGNALS[:-1]), SIGNALS[-1]],
    ids=lambda number: number.name,
)
def test_a_signal_to_the_trainer(bench: Bench, warm: Path, number: signal.Signals) -> None:
    """The command exits as the trainer does, and names the checkpoint that was kept."""
    live = Headless(bench)
    os.kill(live.worker, number)
    saved = [live.until("checkpoint_saved") for _ in range(2)][-1]
    assert Path(saved["path"]) == live.run.checkpoint("last")
    assert live.until("run_finished")["reason"] == "interrupted"
    assert live.end() == (128 + number, "", "")
    ends_as_uninterrupted(warm, live.run)


def test_kill_9_of_the_trainer(bench: Bench, warm: Path) -> None:
    """The command says so, names the checkpoint and how to go on, and exits 1.

    The run counts as crashed; gone on with, it is as if nothing had happened.
    """
    live = Headless(bench, goes_on_with=kept_run(warm, bench.runs_dir))
    os.kill(live.worker, signal.SIGKILL)
    code, _, err = live.end()
    assert code == 1
    assert "killed or it crashed" in err
    assert f"the last checkpoint is {live.run.checkpoint('last').absolute()}" in err
    assert f"`perceptui resume {live.run.name}`" in err
    eventually(lambda: state_of(live.run).text == "crashed")  # once it is out of the system's list
    ends_as_uninterrupted(warm, live.run)


def test_kill_9_of_the_trainer_is_told_to_who_follows(bench: Bench) -> None:
    """`attach` says the same as the command that began the run."""
    live = Headless(bench, epochs=10**7)
    following = subprocess.Popen(
        command("attach", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert following.stdout is not None
    assert '"run_started"' in following.stdout.readline()
    os.kill(live.worker, signal.SIGKILL)
    code, _, err = live.end()
    _, followers_err = following.communicate(timeout=WAIT_S)
    assert (code, following.returncode) == (1, 1)
    assert followers_err == err
    assert "killed or it crashed" in err


def test_kill_9_of_the_command(bench: Bench, warm: Path) -> None:
    """The trainer notices, and ends a plain headless run with its checkpoint."""
    live = Headless(bench)
    live.process.kill()
    live.end()
    eventually(has_finished(live.run))
    assert state_of(live.run).text == "interrupted"
    ends_as_uninterrupted(warm, live.run)


def test_kill_9_of_a_command_that_lets_go_on(bench: Bench) -> None:
    """With --on-disconnect continue the training outlives its command, and can be stopped."""
    live = Headless(bench, "--on-disconnect", "continue", epochs=10**7)
    worker = live.worker
    live.process.kill()
    live.end()

    async def look() -> None:
        async with Session.attach(live.run) as session:
            assert (session.pid, session.state) == (worker, "running")

    run_async(look())
    done = bench.process("stop", live.run.name)
    assert (done.returncode, done.stdout) == (
        0,
        f"{Path('runs') / live.run.name}/checkpoints/last.safetensors\n",
    )
    assert state_of(live.run).text == "stopped"


def test_a_second_signal_during_the_first_ones_checkpoint(bench: Bench, warm: Path) -> None:
    """Impatience, while the trainer has not even begun to write, cuts nothing short."""
    live = Headless(bench)
    with stopped(live.worker):
        for _ in range(3):
            live.process.send_signal(signal.SIGINT)
        live.process.send_signal(signal.SIGTERM)
    for _ in range(3):
        live.process.send_signal(signal.SIGINT)
    assert live.until("run_finished")["reason"] == "interrupted"
    code, out, err = live.end()
    assert (code in (130, 143), out, err) == (True, "", "")
    ends_as_uninterrupted(warm, live.run)


def test_signals_to_both_at_once(bench: Bench, warm: Path) -> None:
    """When a machine shuts down everybody is told: the checkpoint is written once and whole."""
    live = Headless(bench)
    worker = live.worker
    with stopped(worker):
        live.process.send_signal(signal.SIGTERM)
        os.kill(worker, signal.SIGTERM)
    assert live.until("run_finished")["reason"] == "interrupted"
    assert live.end() == (143, "", "")
    ends_as_uninterrupted(warm, live.run)


@pytest.mark.parametrize("question", ["watch", "pictures"])
def test_a_trainer_that_ends_before_it_is_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """What it told last counts, also where it is gone when the command asks it for more."""
    asked = getattr(Session, question)

    async def too_late(session: Session, *arguments: Any, **named: Any) -> object:
        os.kill(session.pid, signal.SIGTERM)
        eventually(lambda: not process_start(session.pid))
        return await asked(session, *arguments, **named)

    monkeypatch.setattr(Session, question, too_late)
    bench.write("long.toml", toml(epochs=10**7 if question == "watch" else 3))
    done = perceptui("--preset", "long.toml")
    assert (done.code, done.err) == (143, "")
    finished = Run(done.run).record().finished
    assert finished is not None
    assert finished.reason == ("interrupted" if question == "watch" else "completed")


@pytest.mark.usefixtures("real_workers")  # told by their parent
def test_a_signal_while_the_trainer_starts(bench: Bench) -> None:
    """Ctrl-C before the training began leaves no run and no trainer behind."""
    bench.write("long.toml", toml())
    process = subprocess.Popen(
        command("--preset", "long.toml"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        pytest.skip("children are told by Linux only")
    eventually(lambda: bool(children.read_text("ascii").strip()))
    worker = int(children.read_text("ascii").split()[0])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=WAIT_S) == ("", "")
    assert process.returncode == 130
    eventually(lambda: not Path(f"/proc/{worker}").exists())
    assert bench.runs() == []


def test_nohup_is_heeded(bench: Bench) -> None:
    """A command that was started to ignore SIGHUP is not ended by it."""
    bench.write("long.toml", toml(epochs=300))
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "os.execv(sys.executable, sys.argv[1:])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", ignoring, *command("--preset", "long.toml", "--json")],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert '"run_started"' in process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        assert '"reason":"completed"' in process.stdout.readlines()[-1]
    assert process.returncode == 0
