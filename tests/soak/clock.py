"""A clock that jumps while runs train: back by a day, ahead by a year, and again."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from engine.runs import events as ev
from engine.runs.lease import HEARTBEAT_S, read_lease
from engine.runs.run import Run, find_run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import begun_paused, endless, on, to_resume, until
from tests.soak.ground import Ground

JUMPS_S = (-86_400.0, -1.0, 0.0, 3600.0, 31_536_000.0, -31_536_000.0)
_SET_CLOCK = '''\
"""Every clock of a calendar in this process is off by what the file says."""
import datetime, os, time

_true, _file = time.time, os.environ["SOAK_CLOCK"]

def _now():
    with open(_file) as file:
        return _true() + float(file.read() or 0)

class _Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_now(), tz)

time.time = _now
datetime.datetime = _Datetime
'''


def soak(ground: Ground) -> None:
    """Train under a clock that jumps; heartbeats, durations, states and names stay sound."""
    clock = ground.write("clock", "0")
    (ground.folder / "set").mkdir()
    ground.write("set/sitecustomize.py", _SET_CLOCK)
    os.environ["SOAK_CLOCK"] = str(clock)
    os.environ["PYTHONPATH"] = str(ground.folder / "set")
    for number in range(ground.times):
        asyncio.run(_one(ground, clock, number))
        ground.counts["runs"] += 1


async def _one(ground: Ground, clock: Path, number: int) -> None:
    _set(clock, 0.0)
    began = time.monotonic()
    async with Session.open() as session:
        run = await begun_paused(session, endless(report_every=50), ground.runs)
        for _ in range(4):
            _set(clock, jump := ground.chance.choice(JUMPS_S))
            ground.counts["jumps"] += 1
            await on(session, 100)
            await session.do(p.Continue())
            beats = await _heartbeats(run)
            ground.check(beats > 1, f"run {number}: no heartbeat after a jump by {jump:g} s")
            await session.do(p.Pause())
            await until(session, lambda happened: isinstance(happened, ev.Paused))
            ground.check(
                state_of(run).text in ("running", "paused"), f"run {number}: {state_of(run).text}"
            )
            await session.do(p.Rewind(to="best"))
        await session.do(p.Stop())
        await until(session, lambda happened: isinstance(happened, ev.RunFinished))
    took_s = time.monotonic() - began
    _check_times(ground, run, took_s)
    ground.check(find_run("last", ground.runs).path == run.path, "`last` is another run")
    await _resumed(ground, run, clock)


def _set(clock: Path, offset_s: float) -> None:
    beside = clock.with_suffix(".new")
    beside.write_text(str(offset_s))
    beside.replace(clock)


async def _heartbeats(run: Run) -> int:
    """How many different heartbeats are seen in a while."""
    seen: set[float] = set()
    deadline = time.monotonic() + 2 * HEARTBEAT_S + 1
    while time.monotonic() < deadline and len(seen) < 3:
        if (lease := read_lease(run.path)) is not None:
            seen.add(lease.heartbeat)
        await asyncio.sleep(0.1)
    return len(seen)


def _check_times(ground: Ground, run: Run, took_s: float) -> None:
    """Durations are of a clock that does not jump."""
    finished = run.record().finished
    assert finished is not None
    ground.check(0 < finished.elapsed_s <= took_s, f"elapsed_s is {finished.elapsed_s}")
    times = [e.elapsed_s for e in run.raw_events() if isinstance(e, ev.EpochFinished)]
    ground.check(times == sorted(times), "elapsed_s goes back")


async def _resumed(ground: Ground, run: Run, clock: Path) -> None:
    """It goes on under another clock still."""
    _set(clock, -86_400.0)
    before = next(run.record_file.backwards(), None)
    async with Session.open() as session:
        await session.begin(to_resume(run))
        await session.do(p.Stop())
        await until(session, lambda happened: isinstance(happened, ev.RunFinished))
    after = next(run.record_file.backwards(), None)
    assert before is not None
    assert after is not None
    ground.check(after.n > before.n, "a resumed run's events are not numbered on")
    ground.check(state_of(run).text == "stopped", f"resumed and stopped: {state_of(run).text}")
