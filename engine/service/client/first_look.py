"""Looks at a person's own files before a training process reads them, without torch."""

from __future__ import annotations

from pathlib import Path

from engine.errors import PerceptuiError
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.experiment import Experiment


def look_at(order: p.Train | p.Resume) -> None:
    """Open the files that a training is to read; raises DataUnavailable, naming a broken one.

    Of a run that can't be gone on with nothing is said here: whoever tries says it better.
    """
    if isinstance(order, p.Train):
        look_at_data(order.experiment())
        return
    try:
        experiment = Run(Path(order.run)).experiment()
    except PerceptuiError:
        return
    look_at_data(experiment)


def look_at_data(experiment: Experiment) -> None:
    """The same for an experiment that is not trained, or not yet."""
    experiment.data.look()
