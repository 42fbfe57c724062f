"""perceptui in Python: what the command line does, for notebooks and scripts.

    from tui import python as perceptui

    training = perceptui.train("circle", lr=0.5)
    for event in training:
        print(event)
    run = training.run
    epochs, losses = run.curve("train_loss")
    run.predict([[0.5, -0.25]])

A training is a process of its own, as it is from the command line. Mistakes raise
`PerceptuiError`, most of them its `UsageError`.
"""

from __future__ import annotations

from engine.errors import BadExperiment, PerceptuiError, UsageError
from engine.runs.events import (
    ClassScores,
    Diverged,
    EpochFinished,
    Evaluated,
    Event,
    Failed,
    Prediction,
    RunFinished,
    RunStarted,
)
from tui.python.run import Run, open_run, runs
from tui.python.training import Training, train

__all__ = [
    "BadExperiment",
    "ClassScores",
    "Diverged",
    "EpochFinished",
    "Evaluated",
    "Event",
    "Failed",
    "PerceptuiError",
    "Prediction",
    "Run",
    "RunFinished",
    "RunStarted",
    "Training",
    "UsageError",
    "open_run",
    "runs",
    "train",
]
