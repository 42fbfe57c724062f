"""Measures what the doctor's looks cost a training: with and without, side by side.

python -m tests.benchmarks.measure_probes [--repeats 5]
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import tempfile
import time
from pathlib import Path

from engine.parts.data import Places
from engine.paths import data_dir
from engine.service.preparation import Order, prepare
from engine.service.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.spec.presets import path_of
from engine.spec.reader import read_file
from engine.training.probes.budget import SHARE, Budget
from engine.training.warmup import warm_up

PRESETS = {"circle": 10_000, "spiral": 6_000, "checkerboard": 150, "digits": 30}
"""With so many epochs that a training takes a second or more."""


TARGET = 0.02
"""Share of the training's time that the looks may take."""


class NoTime(Budget):
    """Allows nothing."""

    def allows(self, what: str, elapsed_s: float, expected_s: float = 0.0) -> bool:
        return False


def trained(experiment: Experiment, *, looked_at: bool) -> tuple[float, float]:
    """Seconds of CPU that a training loop takes, and the share that it says its looks took."""
    with tempfile.TemporaryDirectory() as folder:
        order = Order(experiment, "measured", Path(folder), data_dir())
        trainer = prepare(experiment, Places(order.data_dir))
        training = TrainingRun.begin(order, trainer)
        if not looked_at:
            training.watch.budget = training.way_back.budget = NoTime()
        began = time.process_time()
        while trainer.reason is None:
            training.advance(time.perf_counter() + 0.02)
        took_s = time.process_time() - began
        return took_s, training.watch.budget.spent_s / trainer.elapsed_s


def measure(repeats: int) -> None:
    """Print a small table."""
    print(f"{'':<23} {'with/without, CPU time':>22}")
    print(f"{'preset':<16} {'report':>6} {'of least':>10} {'of median':>10} {'counted':>8}")
    for name, epochs in PRESETS.items():
        for every in (1, 10):
            experiment = dataclasses.replace(
                read_file(path_of(name)), device="cpu", threads=1, epochs=epochs, report_every=every
            )
            took: dict[bool, list[float]] = {True: [], False: []}
            shares = []
            for turn in range(repeats):
                for looked_at in (turn % 2 == 0, turn % 2 == 1):
                    seconds, share = trained(experiment, looked_at=looked_at)
                    took[looked_at].append(seconds)
                    shares += [share] if looked_at else []
            least = min(took[True]) / min(took[False])  # what else the machine does only adds
            median = statistics.median(took[True]) / statistics.median(took[False])
            figures = f"{least:>10.3f} {median:>10.3f} {max(shares):>8.4f}"
            print(f"{name:<16} {every:>6} {figures}", flush=True)
    print(f"target: counted at most {SHARE}, with/without at most {1 + TARGET}, noise apart")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of each measurement (5)")
    warm_up()
    measure(parser.parse_args().repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
