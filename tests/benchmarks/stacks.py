"""Many trainings in one, one after the other, and by the tutorials' loops: one thread each.

Every function runs in a process of its own that keeps its imports, and tells seconds.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from engine.parts.data import DataLocations
from engine.runs.events import EpochFinished
from engine.service import protocol as p
from engine.service.worker.group_run import GroupRun
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.writer import to_toml
from engine.training.stacked.member import members_of
from engine.training.stacked.trainer import StackedTrainer
from engine.training.trainer import Trainer
from engine.training.warmup import warm_up
from tests.benchmarks.headless import preset
from tests.benchmarks.turns import Outcome
from tests.benchmarks.tutorials import small

WIDE: Mapping[str, Any] = {
    "data": "moons(samples=600)",
    "layers": ["Linear(32)", "ReLU()", "Linear(32)", "ReLU()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 1000,
    "report_every": 100,
}
"""So much arithmetic that a stack gains little."""


def experiments(name: str, count: int, epochs: int) -> list[Experiment]:
    """Seeds of a preset, or of `wide`."""
    changes = {"epochs": epochs, "threads": 1, "device": "cpu"}
    base = from_raw({**WIDE, **changes}) if name == "wide" else preset(name, **changes)
    return [base.with_values(seed=seed) for seed in range(count)]


def loops(name: str, count: int, epochs: int) -> list[Outcome]:
    """The tutorial's loop for each seed, the loop alone timed."""
    warm_up()
    return [small(name, seed, epochs) for seed in range(count)]


def alone(name: str, count: int, epochs: int) -> float:
    """perceptui, one training after the other, without records: seconds for all."""
    warm_up()
    trainers = (Trainer(one, _nowhere()) for one in experiments(name, count, epochs))
    began = time.perf_counter()
    for trainer in trainers:
        for _ in trainer.events():
            pass
    return time.perf_counter() - began


class Together(NamedTuple):
    """Trainings in one, after their data and first weights."""

    seconds: float
    """From recording the step to the final states: steps, losses and reports with them."""
    cpu_s: float
    losses: list[dict[int, float]]
    """Of each training, by reported epoch."""


def together(name: str, count: int, epochs: int, at_once: int) -> Together:
    """All of them, so many at a time."""
    warm_up()
    seconds = cpu_s = 0.0
    asked = experiments(name, count, epochs)
    losses: list[dict[int, float]] = [{} for _ in asked]
    for first in range(0, count, at_once):
        members = members_of(asked[first : first + at_once], _nowhere())
        began, began_cpu = time.perf_counter(), time.process_time()
        stack = StackedTrainer(members)
        while not stack.is_over:
            for number, event in stack.step():
                if isinstance(event, EpochFinished) and event.train_loss is not None:
                    losses[first + number][event.epoch] = event.train_loss
        seconds += time.perf_counter() - began
        cpu_s += time.process_time() - began_cpu
    return Together(seconds, cpu_s, losses)


def whole(name: str, count: int, epochs: int) -> float:
    """A group with its run directories: seconds of the processor."""
    warm_up()
    asked = experiments(name, count, epochs)
    with tempfile.TemporaryDirectory() as folder:
        order = p.TrainGroup(
            tomls=tuple(to_toml(one, complete=True) for one in asked),
            directories=tuple(f"{number:04}" for number in range(count)),
            runs_dir=folder,
            data_dir=folder,
            num_checked=0,
        )
        began = time.process_time()
        group = GroupRun.begin(order, _nowhere())
        told: Sequence[p.GroupMessage] = ()
        while not group.is_over:
            told = group.advance(time.perf_counter() + 0.02)
        assert told, "it has told its end"
        return time.process_time() - began


def mnist_rates(data_dir: str, count: int) -> dict[str, float]:
    """A grid over MNIST as a sweep does it, one after the other, and one per core; seconds."""
    from tests.benchmarks.grids import both_ways

    return both_ways(Path(data_dir), count)


def _nowhere() -> DataLocations:
    return DataLocations(Path("/nonexistent"))
