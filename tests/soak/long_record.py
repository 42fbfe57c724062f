"""A record of half a gigabyte: every command answers, in a time and a memory that a person has."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from engine.runs.run import Run
from engine.service.client.session import Session
from tests.engine.service.live import the_end, to_train
from tests.engine.training.tiny import small
from tests.soak.commands import REFUSED, run
from tests.soak.ground import Ground
from tests.tui.pseudo_terminal import ESCAPE, app_on_terminal

MEMORY_BYTES = 1500 << 20
"""A command may hold so much, torch not counted: its trainer is another process."""
COMMANDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (10, ("runs",)),
    (10, ("runs", "--json")),
    (10, ("show", "RUN")),
    (60, ("predict", "RUN", "0.5", "0.5")),
    (60, ("evaluate", "RUN")),
    (600, ("attach", "RUN")),
    (120, ("attach", "RUN", "--json")),
    (120, ("export", "RUN", "--format", "csv", "-o", "curve.csv")),
    (120, ("replay", "RUN")),
    (60, ("resume", "RUN")),
    (60, ("stop", "RUN")),
)
"""Seconds that each may take, and what is asked."""


def soak(ground: Ground) -> None:
    """Ask every command, then the app, then go on with it as a run that crashed."""
    live = asyncio.run(_trained(ground.runs))
    _inflate(live, ground.times << 20)
    ground.counts["megabytes"] = live.record_size() >> 20
    for limit_s, words in COMMANDS:
        arguments = [str(live.path) if word == "RUN" else word for word in words]
        done = run(*arguments, limit_s=2 * limit_s)
        ground.counts["commands"] += 1
        codes = REFUSED if words[0] in ("resume", "stop") else (0,)
        if problem := done.wrong(*codes):
            ground.fail(problem)
        ground.check(done.took_s < limit_s, f"{words[0]} took {done.took_s:.0f} s")
        held = done.memory_bytes
        ground.check(held < MEMORY_BYTES, f"{words[0]} held {held >> 20} MB")
        ground.notes.append(f"{' '.join(words[:1])} {done.took_s:.1f} s {held >> 20} MB")
    _open(ground, live)
    _go_on(ground, live)


async def _trained(runs: Path) -> Run:
    async with Session.open() as session:
        run = Run(await session.begin(to_train(small(epochs=100, report_every=1), runs)))
        await the_end(session)
        return run


def _inflate(live: Run, size: int) -> None:
    """Repeat the reported epochs, numbered on, and put the end behind them."""
    path = live.path / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    epoch = next(line for line in lines if b'"epoch_finished"' in line and b'"epoch":7,' in line)
    end = lines.index(
        next(line for line in lines if b'"evaluated"' in line or b'"run_finished"' in line)
    )
    begun, ending = lines[:end], lines[end:]
    number = len(begun)
    with path.open("wb") as record:
        record.writelines(begun)
        written = sum(map(len, begun))
        while written < size:
            number += 1
            line = epoch.replace(b'"epoch":7,', b'"epoch":%d,' % number)
            line = _numbered(line, number)
            record.write(line)
            written += len(line)
        for line in ending:
            number += 1
            record.write(_numbered(line, number))


def _numbered(line: bytes, number: int) -> bytes:
    before, _, rest = line.partition(b'"n":')
    return before + b'"n":%d' % number + rest.lstrip(b"0123456789")


def _open(ground: Ground, live: Run) -> None:
    began = time.monotonic()
    with app_on_terminal("open", str(live.path)) as app:
        app.until("Linear")
        ground.notes.append(f"open {time.monotonic() - began:.1f} s")
        app.type(ESCAPE)
        app.read(0.5)
        app.type("\x11")
        ground.check(app.end() == 0, "the app ended with an error")


def _go_on(ground: Ground, live: Run) -> None:
    """Cut the end off, as a crash does: it goes on from its checkpoint, events numbered on."""
    path = live.path / "events.jsonl"
    with path.open("r+b") as record:
        record.truncate(path.stat().st_size - 2000)
    done = run("resume", str(live.path), limit_s=240)
    ground.counts["commands"] += 1
    with suppress(IndexError):
        ground.notes.append(f"resume {done.took_s:.1f} s: {(done.out + done.err).splitlines()[-1]}")
    if problem := done.wrong(0, *REFUSED):
        ground.fail(problem)
