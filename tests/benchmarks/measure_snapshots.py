"""Measures what snapshots of the weights cost a training: with and without, in turns.

python -m tests.benchmarks.measure_snapshots [--pairs 21] [NAME...]

Each pair is a whole training with them and one without, their order changing; what counts is this
thread's time on the CPU, so that what else the machine does slows both alike.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.runs.run import Run
from engine.runs.snapshots import USUAL_BYTES
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.presets import path_of
from engine.training.warmup import warm_up
from tests.engine.service.live import to_train
from tests.engine.training.tiny import small

TARGET = 0.01
"""Share of the training's time that snapshots may take."""
WORK_S = 0.02
"""As a trainer trains between two looks at its socket."""


class Measured(NamedTuple):
    """One training."""

    cpu_s: float
    steps: int
    snapshots: int


def cases() -> dict[str, Experiment]:
    """From steps that take a ten-thousandth of a second on."""
    never = {"report_every": 10**6}
    return {
        "tiny, 1,000 steps": small(epochs=1_000, **never),
        "tiny, 10,000 steps": small(epochs=10_000, **never),
        "spiral": read_file(path_of("spiral")),
        "digits": from_raw(
            {
                "data": "digits()",
                "layers": ["Flatten()", "Linear(64)", "ReLU()", "Linear(10)"],
                "loss": "CrossEntropyLoss()",
                "optimizer": "Adam(lr=0.001)",
                "epochs": 40,
                "batch_size": 64,
                "device": "cpu",
                "threads": 1,
            }
        ),
    }


def trained(experiment: Experiment, limit_bytes: int, folder: Path) -> Measured:
    """A whole training; the data's loading is not measured."""
    order = to_train(experiment, folder, snapshot_bytes=limit_bytes)
    training = TrainingRun.begin(order, prepare(experiment, DataLocations(data_dir())))
    began = time.thread_time()
    while not training.is_over:
        training.advance(time.perf_counter() + WORK_S)
    cpu_s = time.thread_time() - began
    taken = Run(training.directory.path).snapshots.all_taken()
    return Measured(cpu_s, training.trainer.global_step, len(taken))


def main() -> int:
    """Print a line for each case; 1 if the median of one is above what it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=21)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    warm_up()
    is_met = True
    with tempfile.TemporaryDirectory() as name:
        for what, experiment in cases().items():
            if given.names and not any(part in what for part in given.names):
                continue
            ratios, last = [], Measured(0.0, 0, 0)
            for pair in range(given.pairs):
                found = {}
                for limit in ((0, USUAL_BYTES), (USUAL_BYTES, 0))[pair % 2]:
                    found[limit] = trained(experiment, limit, Path(name))
                last = found[USUAL_BYTES]
                ratios.append(last.cpu_s / found[0].cpu_s)
            ratio = statistics.median(ratios)
            is_met = is_met and ratio <= 1 + TARGET
            print(
                f"{what}: {ratio:.4f} times as long with them, the median of {given.pairs} pairs; "
                f"{last.snapshots} snapshots of {last.steps:,} steps",
                flush=True,
            )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
