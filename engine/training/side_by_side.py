"""Trains two experiments for a moment, so that one sees what they differ in; nothing is kept."""

from __future__ import annotations

import math
import time

from engine.parts.data import DataLocations
from engine.runs.side_by_side import SideBySide, Tried
from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from engine.training.freezing import trained_parameters
from engine.training.room import check_room
from engine.training.trainer import Trainer

MOST_S = 1.0
"""Each of the two ends then, if it has not come to its end."""
MOST_STEPS = 20_000
_NEVER = 10**9


def side_by_side(
    first: Experiment,
    second: Experiment,
    locations: DataLocations,
    most_s: float = MOST_S,
    executor: Executor = "eager",
) -> SideBySide:
    """Train both from their first step, the second on no more samples than the first saw.

    One after the other, so that each draws its own random numbers, as it would alone. Raises what
    Trainer does.
    """
    one, seen = tried(first, locations, executor, most_s, None)
    other, _ = tried(second, locations, executor, 2 * most_s, seen)
    return SideBySide(first=one, second=other)


def tried(
    experiment: Experiment,
    locations: DataLocations,
    executor: Executor,
    most_s: float,
    most_samples: int | None,
) -> tuple[Tried, int]:
    """What became of a training, and how many samples it saw."""
    check_room(experiment)
    quiet = Experiment(**{**experiment.values(), "report_every": _NEVER})
    trainer = Trainer(quiet, locations, executor)
    losses: list[float | None] = []
    batch = trainer.batches.num_samples / len(trainer.batches)
    until = time.perf_counter() + most_s
    try:
        while trainer.reason is None and len(losses) < MOST_STEPS:
            trainer.step()
            trainer.read()
            loss = trainer.newest_loss
            losses.append(loss if loss is not None and math.isfinite(loss) else None)
            seen = round(len(losses) * batch)
            enough = time.perf_counter() > until
            if enough or (most_samples is not None and seen >= most_samples):
                break
        metrics = {
            f"{split}_{name}": value if value is not None and math.isfinite(value) else None
            for split, part in trainer.device_splits.items()
            for name, value in trainer.evaluator.metrics(part).items()
        }
    finally:
        trainer.stop_reading()
    result = Tried(
        epochs=trainer.epoch + (trainer.batch > 0),
        steps=len(losses),
        losses=losses,
        metrics=metrics,
        num_parameters=sum(p.numel() for p in trained_parameters(trainer.model)),
        is_over=trainer.reason is not None,
    )
    return result, round(len(losses) * batch)
