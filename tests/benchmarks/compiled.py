"""What machine code makes of a step, by the width of a network, and what one waits for it."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any

from engine.training.trainer import Trainer
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.report import Row, Section
from tests.benchmarks.steps import (
    alternate,
    floor_steps,
    loop_on_points,
    on_points,
    trainer_steps,
)
from tests.benchmarks.turns import Spread, ratios

SMALL, LARGE = 16, 256
NETWORKS = {
    (8, SMALL): 8.0,
    (8, LARGE): 8.0,
    (32, SMALL): 8.0,
    (32, LARGE): 8.0,
    (64, LARGE): 1.5,
    (128, LARGE): 1.5,
    (256, LARGE): 1.5,
}
"""Width of two hidden layers and samples in a batch, with how many times the compiled step's time
the loop's must be."""
READY_S = 2.0
"""What the second training of the same shapes may wait for its first step."""


def compiled(repeats: int, block_s: float) -> Section:
    """A step as machine code, traced, and in a plain loop, block after block in turn."""
    rows = []
    first: list[float] = []
    again: list[float] = []
    for (width, batch), target in NETWORKS.items():
        with Contestant(starts_others=True) as child:
            told = child.call(f"{__name__}:steps", width, batch, repeats, block_s)
        seconds = told["seconds"]
        ours = seconds["compiled"]
        what = f"width {width}, batches of {batch}"
        rows.append(Row(f"{what}, compiled", Spread.of(ours)))
        for label, least in (("loop", target), ("traced", None), ("its products alone", None)):
            others = seconds[label]
            rows.append(Row(f"{what}, {label}", Spread.of(others), ratios(others, ours), least))
        first.append(told["first"])
        again.append(told["again"])
    within = Spread.of([READY_S / waited for waited in again])
    rows.append(Row("until the first step, compiled anew", Spread.of(first)))
    rows.append(Row("until the first step, compiled before", Spread.of(again), within, 1.0))
    notes = [
        "Two hidden ReLU layers on points, all in one batch, SGD, one process a network. Its "
        "products alone: those of matrices that forward and backward pass need, by torch.mm. A "
        f"ratio of 1 in the last row is {READY_S:g} s, of the trainer's start with torch imported."
    ]
    return Section("A compiled step", rows, notes)


def steps(width: int, batch: int, repeats: int, block_s: float) -> dict[str, Any]:
    """Seconds per step of each, and until the first one; in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PERCEPTUI_COMPILED_DIR"] = folder
        on_points(width, batch, batch, "traced").step()  # what every training imports
        waited, trainer = zip(*(_until_compiled(width, batch) for _ in range(2)), strict=True)
    traced = on_points(width, batch, batch, "traced")
    arms = {
        "loop": loop_on_points(traced, width, batch, batch),
        "traced": trainer_steps(traced),
        "compiled": trainer_steps(trainer[1]),
        "its products alone": floor_steps(traced),
    }
    return {
        "seconds": alternate(arms, repeats, block_s),
        "first": waited[0],
        "again": waited[1],
    }


def _until_compiled(width: int, batch: int) -> tuple[float, Trainer]:
    began = time.perf_counter()
    trainer = on_points(width, batch, batch, "compiled")
    trainer.step()
    return time.perf_counter() - began, trainer
