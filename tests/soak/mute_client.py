"""A client that asks for everything and never reads, beside five that watch."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import RawClient, endless, to_train
from tests.soak.ground import Ground

WATCHERS = 5
TURN_S = 5.0
"""Of measuring with and without, in turns, so that the machine's moods hit both."""
SLOWER = 0.05
GROWTH_BYTES = 16 << 20


def soak(ground: Ground) -> None:
    """Measure steps per second alone, with five watching, and with the mute one beside them."""
    asyncio.run(_soaked(ground))


async def _soaked(ground: Ground) -> None:
    async with Session.open() as session:
        experiment = endless(data="spiral(samples=400)", layers=["Linear(16)", "Tanh()",
                             "Linear(16)", "Tanh()", "Linear(1)", "Sigmoid()"],
                             batch_size=32)  # fmt: skip
        run = Run(await session.begin(to_train(experiment, ground.runs)))
        await session.watch(progress_hz=50)
        pace = _Pace(session)
        await pace.measured(TURN_S)  # warm
        alone = await pace.measured(2 * TURN_S)
        with_mute, without = [], []
        async with AsyncExitStack() as stack:
            watching = [await _watcher(stack, run) for _ in range(WATCHERS)]
            memory = _memory_bytes(session.pid)
            for _ in range(max(1, round(ground.times / TURN_S))):
                without.append(await pace.measured(TURN_S))
                mute = _mute(await _socket(run))
                with_mute.append(await pace.measured(TURN_S))
                mute.close()
            growth = _memory_bytes(session.pid) - memory
            for task in watching:
                ground.check(not task.done(), "a watcher lost the trainer")
                task.cancel()
        await session.do(p.Stop())
    five, six = statistics.median(without), statistics.median(with_mute)
    slower = 1 - six / five
    ground.counts["turns"] = len(with_mute)
    ground.notes.append(
        f"{alone:,.0f} steps/s alone, {five:,.0f} with {WATCHERS} watching, {six:,.0f} with a mute "
        f"one too ({-slower:+.1%}), memory {growth / 2**20:+.1f} MB"
    )
    ground.check(slower < SLOWER, f"a mute client slows the training by {slower:.1%}")
    ground.check(growth < GROWTH_BYTES, f"the trainer's memory grew by {growth:,} bytes")


class _Pace:
    """The training's speed, by what the worker says of its steps."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._events = session.events()

    async def measured(self, wait_s: float) -> float:
        """Steps per second over so many seconds."""
        first = last = await self._progress()
        while last[1] - first[1] < wait_s:
            last = await self._progress()
        return (last[0] - first[0]) / (last[1] - first[1])

    async def _progress(self) -> tuple[int, float]:
        async for happened in self._events:
            if isinstance(happened, p.Progress):
                return happened.step, time.monotonic()
        raise AssertionError("the training ended")


async def _watcher(stack: AsyncExitStack, run: Run) -> asyncio.Task[None]:
    """One that looks as the app does."""
    session = await stack.enter_async_context(Session.attach(run))
    await session.watch(progress_hz=5, pictures_hz=2, grid=(40, 20))

    async def look() -> None:
        async for _ in session.events():
            pass

    return asyncio.create_task(look())


async def _socket(run: Run) -> Path:
    from engine.runs.lease import read_lease

    lease = read_lease(run.path)
    assert lease is not None
    return Path(lease.socket)


def _mute(path: Path) -> RawClient:
    client = RawClient(path)
    client.say(p.Hello(version=p.VERSION))
    client.say(p.Watch(progress_hz=1000, pictures_hz=1000, columns=60, rows=40))
    return client


def _memory_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    return 0
