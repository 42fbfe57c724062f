"""A training that several processes share, with real ones: steered, hurt, stopped and resumed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.protocol.torchrun import RANK_MODULE
from engine.training.by_hand import apply
from engine.training.trainer import Trainer
from tests.engine.service.live import paused, run_async, the_end, to_resume, to_train, until
from tests.engine.training.tiny import NOWHERE, small


def _others(worker: int) -> list[int]:
    """The processes that train along with a worker: below it, below its agent."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            is_one = RANK_MODULE in (place / "cmdline").read_bytes().decode().split("\0")
            parent = _parent(int(place.name))
            if is_one and _parent(parent) == worker:
                found.append(int(place.name))
        except (OSError, ValueError):  # it has ended meanwhile
            continue
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_process_that_is_killed_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    """Attached to, paused, set to another rate, killed in, stopped and resumed: one process's
    numbers come out."""
    experiment = small(batch_size=7, epochs=150, report_every=50)

    async def train() -> tuple[Run, int]:
        async with Session.open() as session:
            order = to_train(experiment, tmp_path, processes=2, on_disconnect="stop")
            run = Run(await session.begin(order))
            await session.watch(progress_hz=20)
            await until(session, lambda e: isinstance(e, p.Progress) and e.step > 20)
            await session.do(p.Pause())
            await paused(session)
            async with Session.attach(run) as other:
                assert other.state == "paused"
            (victim,) = _others(session.pid)
            os.kill(victim, signal.SIGKILL)
            await session.do(p.SetLearningRate(factor=0.5))
            await session.do(p.Continue())
            lost = (await until(session, lambda e: isinstance(e, ev.ProcessRestarted)))[-1]
            assert isinstance(lost, ev.ProcessRestarted)
            await until(session, lambda e: isinstance(e, p.Progress) and e.step > lost.step + 20)
            await session.do(p.Stop())
            return run, (await the_end(session)).steps

    async def go_on(run: Run) -> None:
        async with Session.open() as session:
            await session.begin(to_resume(run, processes=1))
            assert (await the_end(session)).reason == "completed"

    run, steps = run_async(train())
    assert run.started().processes == 2
    assert 40 < steps < 600
    run_async(go_on(run))
    (change,) = run.record().changes_by_hand()
    assert isinstance(change, ev.LearningRateChanged)
    alone = Trainer(experiment, NOWHERE)
    while alone.reason is None:
        if alone.global_step == change.step:
            apply(alone, change)
        alone.step()
    found = load_file(run.checkpoint("last"))
    for name, tensor in alone.model.state_dict().items():
        assert found[f"model.{name}"] == pytest.approx(tensor.numpy(), abs=1e-4), name
