"""Many runs, interrupted at random and resumed: none may be lost, none may end differently."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

from engine.errors import WorkerLost
from engine.runs import events as ev
from engine.runs.lease import process_start
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    DEMANDING,
    reported,
    to_resume,
    to_train,
    uninterrupted,
    weights_of,
)
from tests.engine.training.tiny import OPTIMIZERS, small
from tests.soak.ground import Ground

EPOCHS = 300
STEPS = 4 * EPOCHS
WAYS = ("stop", "SIGTERM", "kill -9", "kill -9 while it writes", "leave")


async def _interrupt(session: Session, way: str, chance: random.Random) -> None:
    """Let it train for a while, then end it in this way."""
    await session.do(p.Advance(batches=chance.randrange(4, STEPS // 2)))
    async for happened in session.events():
        if isinstance(happened, ev.Paused | ev.RunFinished):
            break
    with suppress(WorkerLost):
        match way:
            case "stop":
                await session.do(p.Stop())
            case "SIGTERM":
                os.kill(session.pid, signal.SIGTERM)
            case "kill -9":
                await session.do(p.Rewind(to="best"))
                await session.do(p.Advance(batches=chance.randrange(1, 50)))
                os.kill(session.pid, signal.SIGKILL)
            case "kill -9 while it writes":
                await session.do(p.Rewind(to="best"))
                writing = asyncio.create_task(session.do(p.Rewind(to="last")))
                await asyncio.sleep(chance.random() * 0.005)
                os.kill(session.pid, signal.SIGKILL)
                await writing
            case _:
                pass


async def _gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while process_start(pid):
            await asyncio.sleep(0.01)


async def _one(number: int, runs_dir: Path, chance: random.Random, used: Counter[str]) -> str:
    """Train, interrupt and resume one run; returns what is wrong with it, or nothing."""
    experiment = small(
        **{**DEMANDING, "epochs": EPOCHS, "report_every": 10, "seed": chance.randrange(1000)},
    )
    experiment = type(experiment)(
        **{**experiment.values(), "optimizer": small(optimizer=chance.choice(OPTIMIZERS)).optimizer}
    )
    run: Run | None = None
    for _ in range(chance.randrange(1, 3)):
        way = chance.choice(WAYS)
        used[way] += 1
        async with Session.open() as session:
            if run is None:
                path = await session.begin(
                    to_train(experiment, runs_dir, name=f"soak-{number}", on_disconnect="stop")
                )
                run = Run(path)
            else:
                await session.begin(to_resume(run, on_disconnect="stop"))
            pid = session.pid
            await _interrupt(session, way, chance)
        await _gone(pid)
        if not run.directory.checkpoint("last").is_file():
            return f"no checkpoint after {way}"
        if state_of(run).text == "completed":
            break
    assert run is not None
    if state_of(run).text != "completed":
        async with Session.open() as session:
            await session.begin(to_resume(run))
            async for _ in session.events():
                pass
    bits, epochs = uninterrupted(experiment)
    if weights_of(run) != bits:
        return "other weights"
    return "" if reported(run.record().events) == epochs else "another record"


def soak(ground: Ground) -> None:
    """Interrupt and resume so many runs."""
    chance, used = ground.chance, Counter[str]()
    for number in range(ground.times):
        try:
            problem = asyncio.run(_one(number, ground.runs, chance, used))
        except (WorkerLost, ValueError, TimeoutError) as error:
            problem = f"lost: {error}"
        if problem:
            ground.fail(f"run {number}: {problem}")
    ground.counts["runs"] = ground.times
    ways = ", ".join(f"{way} {times}" for way, times in used.most_common())
    ground.notes.append(f"{used.total()} interruptions ({ways})")
