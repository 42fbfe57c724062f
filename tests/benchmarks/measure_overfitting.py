"""Measures what helps against learning by heart, over several experiments that do.

`python -m tests.benchmarks.measure_overfitting [NAME…] [--seeds N]`

A line per experiment and remedy: loss of the test split, as a share of what it is without any
remedy, and the accuracy or R². What is judged is what a run keeps: the best epoch where a
validation split says which that is, else the last one.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
from pathlib import Path
from typing import Any

from engine.doctor.case import Case
from engine.doctor.generalization import drop, make_smaller, stop_early
from engine.parts.data import DataLocations
from engine.parts.optimizers import AdamW
from engine.paths import data_dir
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from engine.training.device import flush_denormals
from engine.training.trainer import Trainer

WIDE = ["Linear(128)", "ReLU()", "Linear(128)", "ReLU()"]
OVERFITTING: dict[str, dict[str, Any]] = {
    "breast-cancer": {
        "data": "breast_cancer(standardize=True)",
        "layers": [*WIDE, "Linear(1)"],
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "Adam(lr=0.003)",
        "epochs": 60,
        "batch_size": 32,
    },
    "moons": {
        "data": "moons(samples=150, noise=0.35)",
        "layers": [*WIDE, "Linear(1)"],
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "Adam(lr=0.01)",
        "epochs": 150,
        "batch_size": 32,
    },
    "wave": {
        "data": "wave(samples=100, noise=0.3)",
        "layers": [*WIDE, "Linear(1)"],
        "loss": "MSELoss()",
        "optimizer": "Adam(lr=0.01)",
        "epochs": 300,
        "batch_size": 32,
    },
    "diabetes": {
        "data": "diabetes(standardize=True)",
        "layers": [*WIDE, "Linear(1)"],
        "loss": "MSELoss()",
        "optimizer": "Adam(lr=0.003)",
        "epochs": 150,
        "batch_size": 32,
    },
    "mnist": {
        "data": "MNIST(mean=0.1307, std=0.3081, train_samples=600)",
        "layers": ["Flatten()", *WIDE, "Linear(10)"],
        "loss": "CrossEntropyLoss()",
        "optimizer": "Adam()",
        "epochs": 40,
        "batch_size": 32,
        "test_fraction": 0.0,
    },
}
_NEVER = 10**9


def with_remedy(experiment: Experiment, *names: str) -> Experiment | None:
    """The experiment with remedies; None where it can't take them."""
    for name in names:
        case = Case(experiment, experiment.data.known_facts())
        if name.startswith("l2="):
            changed = case.changed({"l2": float(name[3:])})
        elif name == "AdamW":
            other = AdamW(lr=experiment.optimizer.lr, weight_decay=0.1)
            changed = case.changed({"optimizer": other})
        else:
            remedy = {"stop": stop_early, "drop": drop, "smaller": make_smaller}[name](case)
            changed = None if remedy is None else case.changed(dict(remedy.changes))
        if changed is None:
            return None
        experiment = changed
    return experiment


REMEDIES: tuple[tuple[str, ...], ...] = (
    (), ("l2=1e-4",), ("l2=1e-2",), ("AdamW",), ("smaller",), ("drop",), ("stop",),
    ("stop", "drop"), ("stop", "smaller"), ("stop", "drop", "smaller"),
)  # fmt: skip


def judged(experiment: Experiment, seed: int) -> tuple[float, float]:
    """Loss and accuracy (else R²) of the test split, of what the run keeps."""
    quiet = dataclasses.replace(experiment, seed=seed, report_every=_NEVER, device="cpu", threads=1)
    trainer = Trainer(quiet, DataLocations(data_dir()), "auto")
    chooses = "validation" in trainer.device_splits
    found: tuple[float, float] | None = None
    try:
        while trainer.reason is None:
            before = trainer.epoch
            trainer.step()
            trainer.read()
            if trainer.epoch > before and (trainer.selection.improved or not chooses):
                trainer.selection.improved = False
                if chooses or trainer.reason is not None:
                    found = _figures(trainer)
    finally:
        trainer.stop_reading()
    return found or (math.inf, math.nan)


def _figures(trainer: Trainer) -> tuple[float, float]:
    metrics = trainer.evaluator.metrics(trainer.device_splits["test"])
    score = metrics.get("accuracy", metrics.get("r2"))
    loss = metrics["loss"]
    return (math.inf if loss is None else loss), (math.nan if score is None else score)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what helps against overfitting.")
    parser.add_argument("names", nargs="*", default=list(OVERFITTING))
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="TOML files to add")
    given = parser.parse_args()
    flush_denormals()
    named = {name: from_raw({"test_fraction": 0.3, **OVERFITTING[name]}) for name in given.names}
    for path in given.also:
        named[path.parent.name] = read_file(path)
    for name, experiment in named.items():
        first = math.nan
        for remedy in REMEDIES:
            changed = with_remedy(experiment, *remedy)
            if changed is None:
                print(f"{name:16} {'+'.join(remedy):20} can't be taken")
                continue
            pairs = [judged(changed, seed) for seed in range(given.seeds)]
            loss = statistics.mean(loss for loss, _ in pairs)
            scores = [score for _, score in pairs]
            first = loss if not remedy else first
            spread = statistics.pstdev(scores)
            print(
                f"{name:16} {'+'.join(remedy) or 'nothing':20} loss {loss:8.4f} "
                f"({loss / first:.2f}) score {statistics.mean(scores):.3f} ±{spread:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
