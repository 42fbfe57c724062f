"""Times the parts of a step on a fresh copy of a training; nothing is kept of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from engine.parts.data import DataLocations
from engine.runs.step_times import PARTS, StepTimes
from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from engine.training.room import check_room
from engine.training.step import EagerStep
from engine.training.trainer import Trainer

WARM_STEPS = 5
"""Not counted: the first ones allocate, and trace."""
MOST_STEPS, MOST_S = 200, 0.4
"""Each measurement ends with whichever comes first, but not before LEAST_STEPS."""
LEAST_STEPS = 3
_NEVER = 10**9


def timed(
    experiment: Experiment, locations: DataLocations, executor: Executor = "auto"
) -> StepTimes:
    """Time steps as the training would run them, then the parts of eager ones.

    Raises what Trainer does.
    """
    check_room(experiment)
    silent = Experiment(
        **{**experiment.values(), "report_every": _NEVER, "patience": None, "stop_below": None}
    )
    trainer = Trainer(silent, locations, executor)
    try:
        step_s = _whole_step(trainer)
        report_s = _seconds(lambda: _evaluate(trainer), trainer.device)
    finally:
        trainer.stop_reading()
    eager = Trainer(silent, locations, "eager")
    try:
        parts = _parts(eager)
    finally:
        eager.stop_reading()
    batches = trainer.batches
    return StepTimes(
        executor=trainer.execution.executor,
        step_s=step_s,
        samples_per_s=batches.num_samples / len(batches) / step_s if step_s else 0.0,
        eager_s=parts,
        report_s=report_s,
        steps_per_report=min(experiment.report_every, experiment.epochs) * len(batches),
        device=trainer.experiment.device,
        threads=int(trainer.experiment.threads),
    )


def _whole_step(trainer: Trainer) -> float:
    """Median seconds of a step; of a training that is over sooner, of those that it has."""
    took: list[float] = []

    def step() -> None:
        trainer.step()
        trainer.read()

    until = time.perf_counter() + MOST_S
    while trainer.reason is None and not _is_enough(took, until):
        took.append(_seconds(step, trainer.device))
    return statistics.median(took[WARM_STEPS:] or took)


def _parts(trainer: Trainer) -> dict[str, float]:
    """Median seconds of each of PARTS."""
    step, batches, device = trainer.execution.step, trainer.batches, trainer.device
    assert isinstance(step, EagerStep)
    took: dict[str, list[float]] = {part: [] for part in PARTS}
    number, until = 0, time.perf_counter() + MOST_S
    while not _is_enough(took["data"], until):
        if number == 0:
            batches.shuffle()
        marks = [_now(device)]
        inputs, targets = batches[number]
        marks.append(_now(device))
        loss = step.loss(inputs, targets)
        marks.append(_now(device))
        step.backward(loss)
        marks.append(_now(device))
        step.update()
        marks.append(_now(device))
        for part, began, ended in zip(PARTS, marks, marks[1:], strict=False):
            took[part].append(ended - began)
        number = (number + 1) % len(batches)
    return {part: statistics.median(all_[WARM_STEPS:] or all_) for part, all_ in took.items()}


def _is_enough(took: list[float], until: float) -> bool:
    if len(took) < LEAST_STEPS:
        return False
    return len(took) >= MOST_STEPS or time.perf_counter() > until


def _evaluate(trainer: Trainer) -> None:
    for part in trainer.device_splits.values():
        trainer.evaluator.scored(part)


def _seconds(act: Callable[[], object], device: torch.device) -> float:
    began = _now(device)
    act()
    return _now(device) - began


def _now(device: torch.device) -> float:
    """The time when the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
