"""What machine code makes of a step, by the width of a network, and what one waits for it."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any

from engine.training.trainer import Trainer
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.report import Row, Section
from tests.benchmarks.steps import alternate, loop_on_points, on_points, trainer_steps
from tests.benchmarks.turns import Spread, ratios

WIDTHS = {8: 8.0, 32: 8.0, 64: 1.5, 128: 1.5, 256: 1.5}
"""Of two hidden layers, with how many times the compiled step's time the loop's must be."""
READY_S = 2.0
"""What the second training of the same shapes may wait for its first step."""
BATCH = 256


def compiled(repeats: int, block_s: float) -> Section:
    """A step as machine code, traced, and in a plain loop, block after block in turn."""
    rows = []
    first: list[float] = []
    again: list[float] = []
    for width, target in WIDTHS.items():
        with Contestant(starts_others=True) as child:
            told = child.call(f"{__name__}:steps", width, repeats, block_s)
        seconds = told["seconds"]
        ours = seconds["compiled"]
        rows.append(Row(f"width {width}, compiled", Spread.of(ours)))
        for label, least in (("loop", target), ("traced", None)):
            others = seconds[label]
            rows.append(
                Row(f"width {width}, {label}", Spread.of(others), ratios(others, ours), least)
            )
        first.append(told["first"])
        again.append(told["again"])
    within = Spread.of([READY_S / waited for waited in again])
    rows.append(Row("until the first step, compiled anew", Spread.of(first)))
    rows.append(Row("until the first step, compiled before", Spread.of(again), within, 1.0))
    notes = [
        f"Two hidden ReLU layers on {BATCH} points in one batch, SGD, one process a width. A ratio "
        f"of 1 in the last row is {READY_S:g} s, of the trainer's start with torch imported."
    ]
    return Section("A compiled step", rows, notes)


def steps(width: int, repeats: int, block_s: float) -> dict[str, Any]:
    """Seconds per step of each, and until the first one; in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PERCEPTUI_COMPILED_DIR"] = folder
        on_points(width, BATCH, BATCH, "traced").step()  # what every training imports
        waited, trainer = zip(*(_until_compiled(width) for _ in range(2)), strict=True)
    traced = on_points(width, BATCH, BATCH, "traced")
    arms = {
        "loop": loop_on_points(traced, width, BATCH, BATCH),
        "traced": trainer_steps(traced),
        "compiled": trainer_steps(trainer[1]),
    }
    return {
        "seconds": alternate(arms, repeats, block_s),
        "first": waited[0],
        "again": waited[1],
    }


def _until_compiled(width: int) -> tuple[float, Trainer]:
    began = time.perf_counter()
    trainer = on_points(width, BATCH, BATCH, "compiled")
    trainer.step()
    return time.perf_counter() - began, trainer
