"""Measures what the doctor's repairs do for the tutorials.

`python -m tests.benchmarks.measure_repairs [NAME…] [--seeds 0-4]`

One line per preset and seed: the final metrics as it is taught, and as the doctor repairs it.
MNIST is measured only where its files are; nothing is downloaded unless it is named.
"""

from __future__ import annotations

import argparse

import torch

from engine.doctor.examination import repaired, wants_statistics
from engine.doctor.statistics import Statistics
from engine.parts.data import Places
from engine.paths import data_dir
from engine.spec.experiment import Experiment
from engine.training.trainer import Trainer
from tests.presets.measure import preset, seeds, trained

NAMES = ("circle", "first-network", "one-step", "three-features", "two-gaussians")
FRESH_POINTS = 2000


def cured(name: str) -> Experiment:
    """A preset with all repairs of errors and warnings."""
    experiment = preset(name)
    return repaired(experiment, _statistics(experiment) if wants_statistics(experiment) else None)


def _statistics(experiment: Experiment) -> Statistics:
    from engine.service.statistics import describe
    from tui.commands.diagnosis import statistics_of

    return statistics_of(describe(experiment, Places(data_dir())))


def fresh_accuracy(trainer: Trainer, seed: int) -> float:
    """The share of fresh circle points on the right side."""
    points = torch.randn(FRESH_POINTS, 2, generator=torch.Generator().manual_seed(1000 + seed))
    inside = (points.square().sum(dim=1) < 1).long()
    outputs = trainer.judge.outputs(trainer.splits.input_map.stored(points))
    return (trainer.judge.reading.predicted_classes(outputs) == inside).double().mean().item()


def line(name: str, trainer: Trainer, seed: int) -> str:
    """The metrics that tell whether a repair helped."""
    shown = ("train_loss", "train_accuracy", "test_accuracy", "train_rmse")
    parts = [f"{key}={trainer.metrics[key]:.4f}" for key in shown if key in trainer.metrics]
    if name == "circle":
        parts.append(f"fresh_accuracy={fresh_accuracy(trainer, seed):.4f}")
    return " ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the doctor's repairs of the tutorials.")
    parser.add_argument("names", nargs="*", default=list(NAMES), help="presets; mnist if wanted")
    parser.add_argument("--seeds", type=seeds, default=seeds("0-4"), help="like 0-4")
    given = parser.parse_args()
    for name in given.names:
        for seed in given.seeds:
            for word, experiment in (("taught", preset(name)), ("repaired", cured(name))):
                print(name, f"seed {seed}", word, line(name, trained(experiment, seed), seed))


if __name__ == "__main__":
    main()
