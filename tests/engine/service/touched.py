"""Trainings in this process that are touched by hand between two steps."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.runs.inside import Unit
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.worker.preparation import prepare, prepare_again
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from tests.engine.service.live import to_resume, to_train
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small

NETWORK: dict[str, Any] = {
    "data": "moons(samples=40)",
    "layers": ["Linear(6)", "ReLU()", "Dropout(0.2)", "Linear(4)", "Tanh()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 16,
    "validation_fraction": 0.2,
    "epochs": 12,
    "report_every": 4,
}
"""Two steps an epoch, two columns between inputs and outputs, random numbers in each step."""

TOUCHES: dict[int, Sequence[p.Command]] = {
    0: [p.SetParameter(layer=(0,), parameter="bias", place=(5,), value=0.25)],
    3: [p.Silence(unit=Unit((0,), 2)), p.Silence(unit=Unit((3,), 1))],
    7: [p.Redraw(layer=(3,), seed=5), p.SetLearningRate(factor=0.5)],
    10: [p.Wake(unit=Unit((0,), 2)), p.Silence(unit=Unit((0,), 4)), p.TakeBack()],
    11: [p.SetParameter(layer=(5,), parameter="weight", place=(1, 3), value=-0.1)],
}
"""Every kind of touch, by the steps done before it."""


def touchable(**changes: Any) -> Experiment:
    """An experiment whose network is touched."""
    return small(**{**NETWORK, **changes})


def begun(
    experiment: Experiment, runs_dir: Path, executor: Executor = "auto", **others: Any
) -> TrainingRun:
    """A training that has not done a step."""
    order = to_train(experiment, runs_dir, data_dir=NOWHERE.data_dir, **others)
    return TrainingRun.begin(order, prepare(order.experiment(), NOWHERE, executor))


def resumed(run: Run, **others: Any) -> TrainingRun:
    """It, gone on with."""
    order = to_resume(run, data_dir=NOWHERE.data_dir, **others)
    return TrainingRun.resume(run, prepare_again(order, NOWHERE))


def on(
    training: TrainingRun, step: int | None = None, touches: Mapping[int, Sequence[p.Command]] = {}
) -> Run:
    """Train until so many steps are done, or to the end, and touch it on the way."""
    with flushed_denormals():
        now = training.trainer.global_step
        for at in [at for at in sorted(touches) if at >= now and (step is None or at < step)]:
            _advance(training, at)
            for touch in touches[at]:
                training.do(touch)
        _advance(training, step)
        return Run(training.directory.path)


def _advance(training: TrainingRun, step: int | None) -> None:
    while not training.is_over and training.trainer.global_step != step:
        left = None if step is None else step - training.trainer.global_step
        training.advance(time.perf_counter() + math.inf, left)
