"""detach, attach, stop, resume, runs and replay, each as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from engine.runs.inside import Unit
from engine.runs.lease import own_lease, process_start, write_lease
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    WAIT_S,
    begun_paused,
    endless,
    eventually,
    on,
    rates_of,
    reported,
    run_async,
    the_end,
    to_train,
    uninterrupted,
    weights_of,
)
from tests.engine.training.tiny import small
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.live_process import LONG, has_finished, toml
from tui.headless import waiting

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


def test_detach_says_what_it_waits_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, while the trainer loads PyTorch and its data; stdout has the run's path alone."""
    monkeypatch.setattr(waiting, "SILENT_S", 0.0)
    outcome = perceptui("--preset", "tiny.toml", "--detach")
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        "perceptui: waiting for the trainer, which loads PyTorch",
        "perceptui: waiting for the training, whose data and network are made ready",
    ]
    (path,) = outcome.lines
    assert perceptui("attach", path, "--quiet").code == 0


def test_detach_attach_stop_resume(bench: Bench) -> None:
    """A run is begun and left, found again, followed, stopped by another, and gone on with."""
    bench.write("long.toml", toml(epochs=10**7, report_every=10**6))
    begun = bench.process("--preset", "long.toml", "--detach")
    assert begun.returncode == 0
    assert all(line.startswith("perceptui: waiting for ") for line in begun.stderr.splitlines())
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
            await session.do(p.Stop())
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


def test_a_live_run_with_an_unreadable_record(bench: Bench, warm: Path) -> None:
    """It is followed from its trainer, and stopped; the others are still listed."""

    async def begin() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(epochs=6), bench.runs_dir)
            await on(session, 2)
            return run

    run = run_async(begin())
    record = run.path / "events.jsonl"
    record.rename(record.with_name("aside"))
    record.mkdir()
    assert _states(bench) == {run.name: "paused"}
    following = subprocess.Popen(command("attach"), stdout=subprocess.PIPE, text=True)
    assert following.stdout is not None
    assert following.stdout.readline().startswith("epoch 1/6")
    assert perceptui("stop", "last").code == 0
    out, _ = following.communicate(timeout=WAIT_S)
    assert following.returncode == 0
    assert "Stopped after 2 epochs" in out
    assert _states(bench) == {run.name: "unreadable"}
    refused = perceptui("attach", "last")
    assert (refused.code, refused.err) == (
        1,
        f"perceptui: runs/{run.name}/events.jsonl: Is a directory\n",
    )


def test_attach_passes_over_what_was_taken_back(bench: Bench, warm: Path) -> None:
    """Of epochs that a rewind took back none is printed, live or read later; the rewind is."""

    async def follow() -> tuple[Run, list[str]]:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(epochs=6), bench.runs_dir)
            await on(session, 2)
            await session.do(p.Rewind(to="best"))
            await on(session, 2)
            await session.do(p.Rewind(to="last"))
            following = await asyncio.create_subprocess_exec(
                *command("attach"), stdout=subprocess.PIPE
            )
            assert following.stdout is not None
            lines = [(await following.stdout.readline()).decode() for _ in range(4)]
            await session.do(p.Continue())
            lines += (await following.stdout.read()).decode().splitlines()
            assert await following.wait() == 0
            await the_end(session)
            return run, lines

    told = ["epoch 1/6", "epoch 2/6"]
    told += [f"rewound to the {which} checkpoint, step 2 (epoch 2)" for which in ("best", "last")]
    told += [f"epoch {n}/6" for n in range(3, 7)]
    run, live = run_async(follow())
    for lines in (live, perceptui("attach", str(run.path)).lines):
        shown = [line.partition("  train")[0].strip() for line in lines]
        assert [line for line in shown if line.startswith(("epoch", "re"))] == told
    events = [row["n"] for row in perceptui("attach", str(run.path), "--json").records]
    assert events == [event.n for event in run.record().events]


def test_replay_repeats_what_was_done_on_the_way(bench: Bench, warm: Path) -> None:
    """`perceptui replay` of a run with rates, touches, rewinds and a stop ends with its weights."""

    async def begin() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(**LONG), bench.runs_dir)
            await on(session, 2)
            await session.do(p.SetLearningRate(factor=0.3))
            await session.touch(p.Silence(unit=Unit((0,), 1)))
            await on(session, 8)
            await session.do(p.Rewind(to="best"))
            await on(session, 13)
            await session.do(p.Rewind(to="last"))
            await on(session, 5)
            await session.do(p.SetLearningRate(factor=2.0))
            weight = p.SetParameter(layer=(0,), parameter="weight", place=(0, 1), value=0.3)
            for touch in (p.Redraw(layer=(0,), seed=4), weight, p.Silence(unit=Unit((0,), 3))):
                await session.touch(touch)
            await on(session, 33)
            await session.do(p.Stop())
            return run

    run = run_async(begin())
    done = perceptui("replay", "last", "--json")
    assert done.code == 0, done.err
    ended = done.records[-1]
    assert [factor for _, factor in rates_of(run)] == [0.3, 2.0]
    finished = run.record().finished
    assert finished is not None
    assert (ended["reason"], ended["steps"]) == ("stopped", finished.steps)
    replayed = Run(Path(ended["run"]))
    assert replayed.path.name != run.path.name
    assert weights_of(replayed) == weights_of(run)
    assert reported(replayed.record().events) == reported(run.record().events)


def test_runs_tells_the_truth(bench: Bench, warm: Path) -> None:
    """Paused, finished and crashed runs are marked as what they are."""

    async def begin() -> dict[str, str]:
        async with Session.connect(warm) as session:
            done = Run(await session.begin(to_train(small(), bench.runs_dir, name="done")))
            await the_end(session)
            async with Session.open() as other:
                await other.begin(to_train(endless(), bench.runs_dir, name="dead"))
                assert other.run is not None
                dead = Run(other.run)
                os.kill(other.pid, signal.SIGKILL)
                eventually(lambda: not process_start(other.pid))
            waiting = await begun_paused(session, endless(), bench.runs_dir)
            found = _states(bench)
            await session.do(p.Stop())
        names = {done.name: "done", dead.name: "dead", waiting.name: "waiting"}
        return {names[name]: state for name, state in found.items()}

    assert run_async(begin()) == {"done": "completed", "dead": "crashed", "waiting": "paused"}


def test_a_run_of_another_machine_is_read_not_steered(bench: Bench, warm: Path) -> None:
    """In a home that two machines share, the other one's run is shown by its heartbeat."""

    async def begin() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(), bench.runs_dir)
            await session.do(p.Stop())
            return run

    run = run_async(begin())
    far = msgspec.structs.replace(own_lease("/far/away.sock", "running"), host="far")
    write_lease(run.path, far)
    assert _states(bench) == {run.name: "running on far"}
    for steering in ("stop", "resume"):
        refused = perceptui(steering, "last")
        assert (refused.code, refused.out) == (2, "")
        assert "running on far" in refused.err
    read = perceptui("attach", "last", "--json")
    assert (read.code, read.records[-1]["event"]) == (0, "run_finished")
    write_lease(run.path, msgspec.structs.replace(far, heartbeat=time.time() - 3600))
    assert _states(bench) == {run.name: "stopped"}


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
