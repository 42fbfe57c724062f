"""Takes a step apart of an experiment that nobody trains."""

from __future__ import annotations

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.runs.dissected_step import DissectedStep
from engine.service import protocol as p
from engine.service.worker.changes_ahead import ChangesAhead
from engine.service.worker.preparation import prepare
from engine.spec.experiment import Experiment
from engine.training.by_hand import apply
from engine.training.executor import MIN_STEPS, Executor
from engine.training.microscope import dissect


def dissected_alone(
    experiment: Experiment, request: p.DissectFirst, locations: DataLocations
) -> DissectedStep:
    """The step after so many of a copy, with what is done by hand on the way.

    Raises UsageError where the training has no such step, and what `prepare` raises.
    """
    executor: Executor = "auto" if request.after_steps >= MIN_STEPS else "eager"
    trainer = prepare(experiment, locations, executor)
    try:
        ahead = ChangesAhead(request.changes)
        while True:
            for change in ahead.due(trainer.global_step):
                apply(trainer, change)
            if trainer.global_step >= request.after_steps:
                return dissect(trainer, request.focus)
            trainer.step()
            trainer.read()
            if trainer.reason is not None:
                raise UsageError(
                    f"step {request.after_steps + 1:,}: the training is over "
                    f"({trainer.reason}) after {trainer.global_step:,} steps"
                )
    finally:
        trainer.stop_reading()
