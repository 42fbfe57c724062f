"""detach, attach, stop, resume, runs and replay, each as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from engine.runs.reader import Run
from engine.service.client import Session
from tests.engine.service.live import (
    begun_paused,
    endless,
    eventually,
    on,
    reported,
    run_async,
    the_end,
    uninterrupted,
    weights_of,
)
from tests.engine.training.tiny import small
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.live_process import LONG, WAIT_S, has_finished, toml

_WITHOUT_TORCH = """\
import sys
from tui import cli
code = cli.run(sys.argv[1:])
loaded = sorted({"torch", "torchvision", "sklearn", "numpy"} & sys.modules.keys())
sys.exit(f"loaded {loaded}" if loaded else code)
"""


def _states(bench: Bench) -> dict[str, str]:
    rows = perceptui("runs", "--json").records
    return {row["run"].rpartition("/")[2]: row["state"] for row in rows}


def test_detach_attach_stop_resume(bench: Bench) -> None:
    """A run is begun and left, found again, followed, stopped by another, and gone on with."""
    bench.write("long.toml", toml(epochs=10**7, report_every=10**6))
    begun = bench.process("--preset", "long.toml", "--detach")
    assert (begun.returncode, begun.stderr) == (0, "")
    run = Run(Path(begun.stdout.strip()))
    assert _states(bench) == {run.name: "running"}
    following = subprocess.Popen(
        command("attach", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["event"] == "run_started"
    leaving = subprocess.Popen(command("attach", "--json"), stdout=subprocess.PIPE, text=True)
    assert leaving.stdout is not None
    leaving.stdout.readline()
    leaving.send_signal(signal.SIGINT)
    leaving.communicate(timeout=WAIT_S)
    assert leaving.returncode == 130
    assert _states(bench) == {run.name: "running"}  # who watched has gone, the run has not
    assert perceptui("resume", "last").code == 2  # it lives
    stopped = perceptui("stop", "last")
    assert (stopped.code, stopped.out) == (
        0,
        f"{Path('runs', run.name)}/checkpoints/last.safetensors\n",
    )
    out, err = following.communicate(timeout=WAIT_S)
    assert (following.returncode, err) == (0, "")
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["reason"]) == ("run_finished", "stopped")
    assert _states(bench) == {run.name: "stopped"}
    refused = perceptui("stop", "last")
    assert refused.code == 2
    assert "stopped" in refused.err
    again = perceptui("resume", "last", "--detach")
    assert again.code == 0, again.err
    assert _states(bench) == {run.name: "running"}
    assert perceptui("stop", "last").code == 0
    eventually(has_finished(run))


def test_resume_shows_the_rest_and_ends_alike(bench: Bench, warm: Path) -> None:
    """`perceptui resume` trains on to the end, and reports and keeps what one life would have."""
    short = {**LONG, "epochs": 60, "report_every": 5}

    async def begin() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(**short), bench.runs_dir)
            await on(session, 99)
            await session.stop()
            return run

    run = run_async(begin())
    done = perceptui("resume", "last", "--json")
    assert done.code == 0, done.err
    assert done.records[0]["event"] == "resumed"
    epochs = [row["epoch"] for row in done.records if row["event"] == "epoch_finished"]
    assert epochs == [25, 30, 35, 40, 45, 50, 55, 60]
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(small(**short))
    refused = perceptui("resume", "last")
    assert refused.code == 2
    assert "completed" in refused.err


def test_replay_repeats_what_was_done_on_the_way(bench: Bench, warm: Path) -> None:
    """`perceptui replay` of a run with a rate, a rewind and a stop ends with its weights."""

    async def begin() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(**LONG), bench.runs_dir)
            await on(session, 10)
            await session.set_learning_rate(0.3)
            await session.checkpoint()
            await on(session, 13)
            await session.rewind("last")
            await on(session, 5)
            await session.set_learning_rate(2.0)
            await on(session, 33)
            await session.stop()
            return run

    run = run_async(begin())
    done = perceptui("replay", "last", "--json")
    assert done.code == 0, done.err
    ended = done.records[-1]
    assert (ended["reason"], ended["steps"]) == ("stopped", 48)
    replayed = Run(Path(ended["run"]))
    assert replayed.path.name != run.path.name
    assert weights_of(replayed) == weights_of(run)
    assert reported(replayed.record().events) == reported(run.record().events)


def test_runs_tells_the_truth(bench: Bench, warm: Path) -> None:
    """Paused, finished and crashed runs are marked as what they are."""

    async def begin() -> dict[str, str]:
        async with Session.connect(warm) as session:
            done = Run(await session.train(small(), runs_dir=bench.runs_dir, name="done"))
            await the_end(session)
            async with Session.start(endless(), runs_dir=bench.runs_dir, name="dead") as other:
                assert other.run is not None
                dead = Run(other.run)
                os.kill(other.pid, signal.SIGKILL)
            waiting = await begun_paused(session, endless(), bench.runs_dir)
            found = _states(bench)
            await session.stop()
        names = {done.name: "done", dead.name: "dead", waiting.name: "waiting"}
        return {names[name]: state for name, state in found.items()}

    assert run_async(begin()) == {"done": "completed", "dead": "crashed", "waiting": "paused"}


def test_the_command_never_loads_torch(bench: Bench) -> None:
    """A headless training with its whole report leaves torch out of the process that draws."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_TORCH, "--preset", "tiny.toml"],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Finished after 3 epochs" in done.stdout
