"""Random keys and sizes for minutes, on real terminals, while real trainings go on."""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

from engine.runs.run import all_runs
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.soak.ground import Ground
from tests.tui.pseudo_terminal import ESCAPE, PseudoTerminal, app_on_terminal

SIZES = ((120, 36), (80, 24), (60, 20))
OTHER_SIZES = (*SIZES, (1, 1), (20, 5), (41, 9), (300, 80))
KEYS = (
    *(" ", " ", " ", "n", "N", "r", "+", "-", "x", "B", "p", "c", "s", "y", "l", "b", "t", "f"),
    *("m", "[", "]", "1", "2", "3", "4", "a", "d", "K", "J", "k", "j", "z", "g", "D", "T", "R"),
    *("?", ",", "/", "=", "q", "0", "9", ".", "(", "e", "u", "é", "\t", "\x7f", "\x0c", "\x12"),
    *(ESCAPE, ESCAPE, ESCAPE, "\r", "\r", "\x10", "\x19", "\x11"),
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~"),
    *("v", "V", "i", "o", "E", "h", "L", "w", "Z", "M", "{", "}", "<", ">", "C", "F", "A", "S"),
    *("\x1b[3~", "\x1b[Z", "\x1bOP", "\x1b[15~", "\x1b[<0;10;5M\x1b[<0;10;5m", "\x1b[<64;9;9M"),
)
NO_EDITOR = {"VISUAL": "true", "EDITOR": "true"}
"""`e` opens one, and keys would be its own from then on."""
_SEQUENCE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
RESIZES = 0.05
"""The share of resizes among what happens."""


def soak(ground: Ground) -> None:
    """Three apps at once, each at a size of its own, for so many minutes."""
    chances = [Random(ground.chance.random()) for _ in SIZES]
    with ThreadPoolExecutor(len(SIZES)) as pool:
        jobs = [
            pool.submit(_pressed, ground, size, chance)
            for size, chance in zip(SIZES, chances, strict=True)
        ]
        for job in jobs:
            job.result()
    for run in all_runs(ground.runs):
        state = state_of(run)
        ground.counts[f"runs {state.text}"] += 1
        ground.check(state.text not in ("crashed", "failed"), f"{run.name}: {state.text}")
        if state.live_here:
            asyncio.run(_stop(run.path.name, ground))


def _pressed(ground: Ground, size: tuple[int, int], chance: Random) -> None:
    """Apps one after the other, until the time is over."""
    deadline = time.monotonic() + 60 * ground.times
    while time.monotonic() < deadline:
        with app_on_terminal(
            "open", "spiral", columns=size[0], rows=size[1], environment=NO_EDITOR
        ) as app:
            app.until("Linear")
            app.type(" ")
            pressed = _press(ground, app, chance, deadline)
            _leave(app)
            code = app.end()
            shown = _last_words(app.written)
            said = f"at {size}, after {pressed[-12:]}"
            ground.check(code == 0, f"exit code {code} {said}\n{shown}")
            ground.check(b"Traceback" not in app.written, f"traceback {said}\n{shown}")
            ground.check(not app.not_restored(), f"{app.not_restored()} {said}")
        ground.counts["apps"] += 1


def _last_words(written: bytearray) -> str:
    """The end of what was written, without colors: a traceback fits."""
    return _SEQUENCE.sub(b"", bytes(written[-40_000:]))[-6000:].decode("utf-8", "replace")


def _press(ground: Ground, app: PseudoTerminal, chance: Random, deadline: float) -> list[str]:
    pressed: list[str] = []
    while time.monotonic() < deadline and app.is_alive:
        if chance.random() < RESIZES:
            width, height = chance.choice(OTHER_SIZES)
            app.resize(width, height)
            pressed.append(f"{width}x{height}")
            ground.counts["resizes"] += 1
        else:
            app.type(key := chance.choice(KEYS))
            pressed.append(key)
            ground.counts["keys"] += 1
        app.read(chance.choice((0.0, 0.01, 0.05, 0.2)))
    return pressed


def _leave(app: PseudoTerminal) -> None:
    """esc leads back and ctrl-q out, the changes dropped, the training left running."""
    if app.is_alive:
        app.resize(80, 24)
    for _ in range(20):
        if app.is_alive:
            app.type(ESCAPE)
            app.read(0.2)
    for answer in ("\x11", "d", "l"):
        if app.is_alive:
            app.type(answer)
            app.read(1.0)


async def _stop(name: str, ground: Ground) -> None:
    run = next(run for run in all_runs(ground.runs) if run.name == name)
    async with Session.attach(run) as session:
        await session.do(p.Stop())
