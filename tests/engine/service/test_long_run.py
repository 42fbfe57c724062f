"""However many epochs are reported, nobody's memory grows with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.runs import events as ev
from engine.runs.run import Run
from engine.runs.series import CAPACITY
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    RawClient,
    begun_paused,
    on,
    run_async,
    the_end,
    to_train,
    until,
)
from tests.engine.training.tiny import small
from tui.live.history import History

MANY = 6000


@pytest.mark.parametrize("num_epochs", [100_000, pytest.param(10**6, marks=pytest.mark.rare)])
def test_many_epochs_in_a_history(num_epochs: int) -> None:
    """A client keeps at most two thousand points a curve, and the newest of all else."""
    history = History()
    for number in range(1, num_epochs + 1):
        history.add(
            ev.EpochFinished(
                n=number,
                epoch=number,
                step=number,
                metrics={
                    "train_loss": 1.0,
                    "train_accuracy": 0.5,
                    "validation_loss": 1.0 / number,
                    "test_loss": 1.0,
                },
                learning_rate=0.1,
                gradient_norm=0.0,
                steps_per_s=1.0,
                samples_per_s=1.0,
                elapsed_s=1.0,
            )
        )
    for curve in history.curves.values():
        points = curve.points()
        assert len(points) <= CAPACITY + 1
        assert (points[0][0], points[-1][0]) == (1, num_epochs)
    assert set(history.curves) == {"train_accuracy", "validation_loss", "test_loss"}
    assert history.latest.newest is not None
    assert history.latest.newest.epoch == num_epochs


def test_many_epochs_with_a_client_that_does_not_read(warm: Path, tmp_path: Path) -> None:
    """The trainer's memory stays, its curve too; who looked away finds every event afterwards."""

    async def train() -> tuple[Run, list[int], RawClient]:
        memory: list[int] = []
        endured = small(data="circle(samples=2)", layers=["Linear(1)", "Sigmoid()"], epochs=MANY,
                        report_every=1)  # fmt: skip
        async with Session.connect(warm) as session:
            # What is loaded and laid out once, for checkpoints and the end, is not of this run.
            await session.begin(to_train(replace(endured, epochs=1000), tmp_path))
            await the_end(session)
            run = await begun_paused(session, endured, tmp_path)
            away = RawClient(warm)
            away.say(p.Hello(version=p.VERSION))
            away.say(p.Watch(progress_hz=1000, pictures_hz=1000, columns=20, rows=20))
            await on(session, 1000)
            await session.watch(progress_hz=20)
            await session.do(p.Continue())
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            memory += [one.memory_bytes for one in seen if isinstance(one, p.Progress)]
            assert len(run.losses()) <= CAPACITY + 1
        return run, memory, away

    run, memory, away = run_async(train())
    recorded = (run.path / "events.jsonl").stat().st_size
    assert recorded > 1 << 20, "it must be more than a socket holds"
    assert max(memory) - memory[0] < recorded / 2
    lines = away.until("event", "run_finished")
    away.close()
    assert [line["epoch"] for line in lines if line.get("event") == "epoch_finished"] == list(
        range(1, MANY + 1)
    )
    assert sum(line.get("message") == "progress" for line in lines) < 1000
