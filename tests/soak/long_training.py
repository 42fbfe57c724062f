"""A training of millions of steps: nobody's memory grows with them."""

from __future__ import annotations

import asyncio

from engine.runs import events as ev
from engine.runs.run import Run
from engine.runs.series import CAPACITY
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import to_train
from tests.engine.training.tiny import small
from tests.soak.ground import Ground

GROWTH_BYTES = 4 << 20
RECORD_BYTES = 4 << 20


def soak(ground: Ground) -> None:
    """Train them with a client that watches; the last nine tenths may cost no memory."""
    asyncio.run(_soaked(ground))


async def _soaked(ground: Ground) -> None:
    steps = ground.times
    experiment = small(data="circle(samples=8)", layers=["Linear(2)", "Tanh()", "Linear(1)",
                       "Sigmoid()"], optimizer="Adam(lr=0.001)", batch_size=4, epochs=steps // 2,
                       report_every=max(1, steps // 2000))  # fmt: skip
    async with Session.open() as session:
        await session.watch(progress_hz=5, pictures_hz=1, grid=(20, 10))
        run = Run(await session.begin(to_train(experiment, ground.runs)))
        memory = [
            (happened.step, happened.memory_bytes)
            async for happened in session.events()
            if isinstance(happened, p.Progress)
        ]
    finished = run.record().finished
    assert isinstance(finished, ev.RunFinished)
    ground.check(finished.reason == "completed", f"the run {finished.reason}")
    ground.check(finished.steps == steps // 2 * 2, f"{finished.steps:,} steps")
    settled = [held for step, held in memory if step >= steps // 10]
    growth = settled[-1] - settled[0]
    ground.check(growth < GROWTH_BYTES, f"the trainer's memory grew by {growth:,} bytes")
    ground.check(len(run.losses()) <= CAPACITY + 1, f"{len(run.losses())} points in the curve")
    size = run.record_size()
    ground.check(size < RECORD_BYTES, f"events.jsonl has {size:,} bytes")
    ground.counts["steps"] = finished.steps
    ground.notes.append(
        f"{finished.steps / finished.elapsed_s:,.0f} steps/s, memory {growth / 2**20:+.1f} MB "
        f"after the first tenth, a record of {size / 2**20:.1f} MB"
    )
