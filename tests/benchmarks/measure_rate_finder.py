"""Measures the learning-rate finder against a small sweep of whole trainings.

`python -m tests.benchmarks.measure_rate_finder [NAME…] [--seeds N]`

A line per preset: the best rate of the sweep, between which rates a training comes to nearly as
low a loss, what the finder suggests for each seed, and what the training comes to with that. The
loss is that of the training split after the preset's own epochs; without a schedule, since those
change the rate.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
from collections.abc import Sequence

from engine.parts.data import DataLocations
from engine.parts.schedules import Constant
from engine.paths import data_dir
from engine.runs.rate_test import RateTest
from engine.spec.experiment import Experiment
from engine.training.device import flush_denormals
from engine.training.range_test import sweep
from engine.training.trainer import Trainer
from tests.presets.measure import preset

PRESETS = ("moons", "spiral", "wave", "wine", "digits")
RATES = tuple(float(f"{10 ** (n / 2):.1g}") for n in range(-8, 2))
"""From 0.0001 to 3, two for each power of ten."""
NEARLY = 1.5
"""Times the lowest loss, and a hundredth of an untrained one's, that count as nearly as low."""
_NEVER = 10**9


def plain(name: str, seed: int) -> Experiment:
    """A preset on one thread of the CPU, at a rate that stays."""
    changes = {"schedule": Constant(), "device": "cpu", "threads": 1, "seed": seed}
    return dataclasses.replace(preset(name), **changes)  # type: ignore[arg-type]  # fields by name


def reached(experiment: Experiment, rate: float) -> tuple[float, float]:
    """The training split's loss before and after a training; infinite where it diverged."""
    optimizer = dataclasses.replace(experiment.optimizer, lr=rate)
    quiet = dataclasses.replace(
        experiment, optimizer=optimizer, report_every=_NEVER, patience=None, stop_below=None
    )
    trainer = Trainer(quiet, DataLocations(data_dir()), "auto")
    train = trainer.device_splits["train"]
    try:
        before = trainer.evaluator.metrics(train)["loss"]
        while trainer.reason is None:
            trainer.step()
            trainer.read()
        after = trainer.evaluator.metrics(train)["loss"]
    finally:
        trainer.stop_reading()
    return before or math.inf, after if after is not None and math.isfinite(after) else math.inf


def found(experiment: Experiment) -> RateTest:
    """What the finder says of it."""
    return sweep(experiment, DataLocations(data_dir()))


def row(name: str, seeds: Sequence[int]) -> str:
    """One preset's line of the table."""
    results = {rate: [reached(plain(name, seed), rate) for seed in seeds] for rate in RATES}
    losses = {rate: statistics.mean(after for _, after in all_) for rate, all_ in results.items()}
    untrained = statistics.mean(before for before, _ in results[RATES[0]])
    best = min(RATES, key=losses.__getitem__)
    limit = max(NEARLY * losses[best], losses[best] + untrained / 100)
    good = [rate for rate in RATES if losses[rate] <= limit]
    suggested = [found(plain(name, seed)).suggested for seed in seeds]
    known = [(seed, rate) for seed, rate in zip(seeds, suggested, strict=True) if rate is not None]
    after = [reached(plain(name, seed), rate)[1] for seed, rate in known]
    off = [best / rate for _, rate in known]
    return " | ".join(
        (
            f"{name:14}",
            f"best {best:<6g} loss {losses[best]:.4f}",
            f"good {good[0]:g} to {good[-1]:g}",
            "finder " + ", ".join("none" if r is None else f"{r:g}" for r in suggested),
            f"loss {statistics.mean(after):.4f}" if after else "no loss",
            f"best is {min(off):.2g} to {max(off):.2g} times it" if off else "",
        )
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure the learning-rate finder.")
    parser.add_argument("names", nargs="*", default=PRESETS, help=f"default: {', '.join(PRESETS)}")
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    given = parser.parse_args()
    flush_denormals()
    for name in given.names:
        print(row(name, range(given.seeds)), flush=True)


if __name__ == "__main__":
    main()
