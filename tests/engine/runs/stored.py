"""A small run on disk, for the tests that write and read one."""

from __future__ import annotations

from typing import Any

from engine.runs import events as ev
from engine.runs.run import Run
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw


def experiment(**changes: Any) -> Experiment:
    """A tiny experiment with some fields changed."""
    raw = {
        "data": "moons(samples=20)",
        "layers": ["Linear(1)", "Sigmoid()"],
        "loss": "BCELoss()",
        "optimizer": "SGD(lr=0.1)",
        **changes,
    }
    return from_raw(raw)


def saved(step: int) -> ev.CheckpointSaved:
    """An event that is told from others by its step."""
    return ev.CheckpointSaved(kind="last", path="x", epoch=1, step=step)


def steps(run: Run) -> list[int]:
    """The steps of those events in a run's record."""
    return [e.step for e in run.record().events if isinstance(e, ev.CheckpointSaved)]
