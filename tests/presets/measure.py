"""Measures a preset's final metrics over seeds: `python -m tests.presets.measure NAME --seeds 0-4`.

Prints the [measured] table that belongs into the preset's file, after one line per seed.
"""

from __future__ import annotations

import argparse
import atexit
import dataclasses
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.runs.beginning import names_preset
from engine.runs.events import Figure
from engine.service.worker.preparation import prepare
from engine.spec.experiment import Experiment, Measured
from engine.spec.experiment_reader import read_file
from engine.training.checkpoint import Checkpoint, save
from engine.training.named_tensors import model_tensors
from engine.training.trainer import Trainer

FOLDER = Path(__file__).parents[2] / "presets"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))
LONG = (
    *("mnist", "mnist-repaired", "mnist-cnn", "mnist-8x8", "mnist-to-digits"),
    *("digits-second-half", "grokking", "names-gpt", "names-rnn", "sorting"),
    *("moons-flow", "rings-denoise", "flower", "digits-vae"),
    *("resnet-digits", "sine-gru", "digits-first-half", "digits-autoencoder", "parity"),
    *("gaussians-gan", "gaussians-gan-collapsed", "gaussians-gan-collapsed-repaired"),
)
"""Presets that take long: in `make test` a claim on all is tried on the others."""
MARGIN = 0.25
"""Share of the range between seeds by which it is widened on both sides."""
SLACK = 0.002
"""Share of the values themselves by which the range is widened, for other machines."""
DATA_DIR = data_dir()
"""As it is before any test changes the environment."""
SHOWN = ("loss", "accuracy", "r2", "energy_distance", "psnr", "divergence", "coverage")
"""The metrics worth a range; the others of a regression say the same as r2."""


def parameters(names: Iterable[str]) -> list[Any]:
    """Presets to try a claim on, those that take long in `make test-all` only."""
    return [pytest.param(n, marks=pytest.mark.rare) if n in LONG else n for n in names]


@cache
def preset(name: str) -> Experiment:
    """The shipped preset of this name, whatever the person's own folder holds."""
    return read_file(FOLDER / f"{name}.toml")


def skip_without_data(experiment: Experiment) -> None:
    """Skip where a data set would have to be downloaded."""
    images = DATA_DIR / "MNIST" / "raw" / "train-images-idx3-ubyte"
    if experiment.data.name == "MNIST" and not images.is_file():
        pytest.skip(f"MNIST is not in {DATA_DIR}: set PERCEPTUI_DATA_DIR to where it is")


def trained(experiment: Experiment, seed: int | None = None) -> Trainer:
    """The trainer of an experiment, trained to its end; seed: instead of its own.

    On one thread of the CPU: figures of any machine compare, and a busy one stays quick.
    """
    experiment = dataclasses.replace(experiment, device="cpu", threads=1)
    if seed is not None:
        experiment = dataclasses.replace(experiment, seed=seed)
    trainer = prepare(begun_from_file(experiment), DataLocations(DATA_DIR))
    for _ in trainer.events():
        pass
    return trainer


def begun_from_file(experiment: Experiment) -> Experiment:
    """The same, where it goes on from a preset's network: from a file of that one's weights."""
    if not names_preset(experiment.start_from):
        return experiment
    learned = learned_by(experiment.start_from, int(experiment.seed))
    return dataclasses.replace(experiment, start_from=str(learned))


@cache
def learned_by(name: str, seed: int) -> Path:
    """A file of the weights of a shipped preset, trained with this seed."""
    folder = tempfile.mkdtemp(prefix="perceptui-measured-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / f"{name}.safetensors"
    save(path, Checkpoint(model_tensors(trained(preset(name), seed).model), {}))
    return path


@cache
def final_metrics(name: str, seed: int = 0) -> dict[str, Figure]:
    """The metrics at the end of a shipped preset's training."""
    return trained(preset(name), seed).metrics


def ranges(runs: Sequence[dict[str, Figure]]) -> Measured:
    """The range of each metric over several runs, widened and rounded outward to 3 digits."""
    found: Measured = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        if not name.endswith(SHOWN):
            continue
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            continue
        low, high = min(known), max(known)
        room = MARGIN * (high - low) + SLACK * max(abs(low), abs(high))
        low, high = _rounded(low - room, math.floor), _rounded(high + room, math.ceil)
        if name.endswith(("loss", "energy_distance", "coverage")):
            low = max(low, 0.0)
        if name.endswith(("accuracy", "r2", "coverage")):
            high = min(high, 1.0)
        found[name] = (low, high)
    return found


def _rounded(value: float, toward: Callable[[float], int]) -> float:
    """The value at 3 significant digits, by math.floor or math.ceil."""
    if value == 0:
        return 0.0
    digits = 2 - math.floor(math.log10(abs(value)))
    return round(toward(value * 10.0**digits) / 10.0**digits, max(digits, 0))


def seeds(text: str) -> Iterable[int]:
    """`0-4` as 0, 1, 2, 3, 4; `7` as 7."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a preset's final metrics over seeds.")
    parser.add_argument("name", help="a preset's name")
    parser.add_argument("--seeds", type=seeds, default=seeds("0-4"), help="like 0-4")
    given = parser.parse_args()
    runs = []
    for seed in given.seeds:
        began = time.perf_counter()
        trainer = trained(preset(given.name), seed)
        took_s = time.perf_counter() - began
        runs.append(trainer.metrics)
        listed = " ".join(f"{name}={value}" for name, value in trainer.metrics.items())
        print(f"seed {seed}: {trainer.reason} {listed} ({took_s:.1f} s)")
    print("\n[measured]")
    for name, (low, high) in ranges(runs).items():
        print(f"{name} = [{low!r}, {high!r}]")


if __name__ == "__main__":
    main()
