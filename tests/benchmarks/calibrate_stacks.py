"""Measures which trainings are faster in one, and how many of them at a time.

`python -m tests.benchmarks.calibrate_stacks [--rounds 7]` prints the table that the rule in
engine.sweeps.stacking was chosen by; it is kept in STACKS.md beside this file. Times are of the
processor, of one thread, and the least of many rounds: other programs make steps slower, never
faster.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.parts.data import DataLocations
from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.optimizers import SGD, Adam, Optimizer
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.sweeps.stacking import Size, size_of
from engine.training.stacked.trainer import StackedTrainer
from engine.training.threads import available
from engine.training.trainer import Trainer
from engine.training.warmup import warm_up
from tests.benchmarks.machine import cpu_model

BLOCK_S = 0.03
COUNTS = (2, 4, 8, 16, 32, 64)
_NEVER = 10**9


@dataclass(frozen=True)
class Case:
    """A network, its data and its batches."""

    data: str
    layers: tuple[Layer, ...]
    batch_size: int | str
    optimizer: Optimizer

    def experiment(self, seed: int) -> Experiment:
        """One training of it, so long that it does not end while it is measured."""
        raw = {
            "data": self.data,
            "layers": [str(layer) for layer in self.layers],
            "loss": "CrossEntropyLoss()",
            "optimizer": str(self.optimizer),
            "epochs": 10**7,
            "report_every": _NEVER,
            "batch_size": self.batch_size,
            "seed": seed,
            "threads": 1,
            "device": "cpu",
        }
        return from_raw(raw)

    @property
    def size(self) -> Size:
        experiment = self.experiment(0)
        facts = experiment.data.facts()
        assert facts is not None
        return size_of(experiment, facts)

    def __str__(self) -> str:
        written = " ".join(str(layer) for layer in self.layers if not isinstance(layer, ReLU))
        return f"{written}, batch {self.batch_size}, {self.optimizer.name}"


def cases() -> Iterator[Case]:
    """Dense networks on points and small convolutional ones."""
    for samples, widths in (
        (50, (4,)),
        (100, (4,)),
        (200, (5, 5)),
        (200, (16, 16)),
        (600, (8, 8)),
        (600, (32, 32)),
        (2000, (32, 32)),
        (1000, (128, 128)),
    ):
        layers = tuple(part for width in widths for part in (Linear(width), ReLU()))
        data = f"moons(samples={samples})"
        yield Case(data, (*layers, Linear(2)), "full", SGD(lr=1e-6))
    for batch_size, width in ((10, 8), (32, 32), (64, 64), (64, 128), (256, 64)):
        layers = (Linear(width), ReLU(), Linear(width), ReLU(), Linear(2))
        yield Case("moons(samples=1024)", layers, batch_size, Adam(lr=1e-6))
    for width in (16, 128):
        yield Case("digits()", (Flatten(), Linear(width), ReLU(), Linear(10)), 64, Adam(lr=1e-6))
    for channels in (2, 8):
        convolutional = (Conv2d(channels, 3), ReLU(), Flatten(), Linear(10))
        yield Case("digits()", convolutional, 32, Adam(lr=1e-6))


def _least_s(step: object, rounds: int) -> float:
    """Seconds of the processor that a call takes, the least of the rounds."""
    assert callable(step)
    for _ in range(3):
        step()
    least = float("inf")
    for _ in range(rounds):
        began, calls = time.process_time(), 0
        while (took := time.process_time() - began) < BLOCK_S or not calls:
            step()
            calls += 1
        least = min(least, took / calls)
    return least


def measured(case: Case, rounds: int, locations: DataLocations) -> tuple[float, dict[int, float]]:
    """Seconds per step of one training alone, and of each in stacks of different sizes."""
    alone = _least_s(Trainer(case.experiment(0), locations).step, rounds)
    stacked = {}
    for count in COUNTS:
        if case.size.numbers * count > 2**25:
            break
        stack = StackedTrainer.of([case.experiment(seed) for seed in range(count)], locations)
        stacked[count] = _least_s(stack.step, rounds) / count
    return alone, stacked


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure steps alone and in stacks.")
    parser.add_argument("--rounds", type=int, default=7, help="of each figure (7)")
    given = parser.parse_args()
    warm_up()
    torch.set_num_threads(1)
    locations = DataLocations(Path("data"), lambda _: None, lambda: None)
    machine = f"{cpu_model()}, {available()} cores, torch {torch.__version__}"
    load = os.getloadavg()[0]
    print(f"{machine}. Least of {given.rounds} rounds; load {load:.1f} before the start.\n")
    heads = " | ".join(f"{count} in one" for count in COUNTS)
    print(f"| network | numbers | work | alone | {heads} | the rule |")
    print(f"|---|--:|--:|--:|{'--:|' * len(COUNTS)}--:|")
    for case in sorted(cases(), key=lambda case: case.size.numbers):
        alone, stacked = measured(case, given.rounds, locations)
        told = [f"{alone / stacked[n]:.1f}×" if n in stacked else "" for n in COUNTS]
        size = case.size
        print(
            f"| {case} | {size.numbers:,} | {size.work:,} | {alone * 1e6:.0f} µs "
            f"| {' | '.join(told)} | {size.most_at_once()} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
