"""Many trainings begun at once in the background: all end, and nothing is left of them."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.runs.run import Run
from engine.runs.state import state_of
from tests.soak.commands import Done, run
from tests.soak.ground import Ground
from tests.tui.command_line import TINY

START_S = 600.0
"""So many trainers load torch on few cores, and share them."""


def soak(ground: Ground) -> None:
    """Begin them in the same moment and wait for all."""
    ground.write("tiny.toml", TINY)
    command = ("--preset", "tiny.toml", "--epochs", "200", "--detach", "--runs-dir", "runs")
    began = time.monotonic()

    def begin(number: int) -> Done:
        return run(*command, "--seed", str(number), limit_s=START_S)

    with ThreadPoolExecutor(ground.times) as pool:
        for done in pool.map(begin, range(ground.times)):
            if problem := done.wrong(0):
                ground.fail(problem)
            ground.counts["begun"] += 1
    ground.notes.append(f"all begun after {time.monotonic() - began:.0f} s")
    runs = [Run(path) for path in sorted(ground.runs.iterdir())]
    ground.check(len(runs) == ground.times, f"{len(runs)} runs for {ground.times} trainings")
    deadline = time.monotonic() + START_S
    while any(state_of(one).is_live for one in runs) and time.monotonic() < deadline:
        time.sleep(0.2)
    for one in runs:
        ended = state_of(one).text
        ground.check(ended == "completed", f"{one.name}: {ended}")
        ground.counts[ended] += 1
    sockets = Path(os.environ["PERCEPTUI_SOCKET_DIR"])
    while any(sockets.rglob("*.sock")) and time.monotonic() < deadline:
        time.sleep(0.2)
    left = [path.name for path in sockets.rglob("*") if not path.is_dir()]
    ground.check(not left, f"left in the socket directory: {left[:4]}")
