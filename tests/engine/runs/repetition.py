"""Trains an experiment twice: with the trainer, and by running its script in this process."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.parts.data import DataLocations
from engine.parts.metrics import METRICS
from engine.runs.events import Diverged, EpochFinished, Event
from engine.runs.script import script
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.training.trainer import Trainer
from tests.engine.training.tiny import flushed_denormals

MADE = tuple(name for name, one in METRICS.items() if one.is_of_made)
"""Metrics of what a network makes, which a script shows but does not measure."""
NOWHERE = DataLocations(Path("/nonexistent"))

SMALL: dict[str, Any] = {
    "data": "circle(samples=40)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 5,
    "device": "cpu",
    "threads": 1,
}
"""A tiny experiment that tests change a little."""


def small(**changes: Any) -> Experiment:
    """The tiny experiment with some fields changed."""
    return from_raw({**SMALL, **changes})


@dataclass(frozen=True)
class Output:
    """What a script prints."""

    epochs: list[dict[str, float | None]]
    """One per printed epoch, by name, the number of the epoch among them."""
    rest: list[str]
    """The other lines."""
    diverged: bool


def _number(text: str) -> float | None:
    return None if text == "None" else float(text)


def parsed(text: str, diverged: bool = False) -> Output:
    """A script's output, read."""
    lines = text.splitlines()
    reported = [line.split() for line in lines if line.startswith("epoch ")]
    epochs = [
        {name: _number(value) for name, value in zip(words[::2], words[1::2], strict=True)}
        for words in reported
    ]
    return Output(epochs, [line for line in lines if not line.startswith("epoch ")], diverged)


def run_here(code: str) -> Output:
    """Run a script with nothing around it but this process's modules."""
    printed = io.StringIO()
    diverged = False
    with contextlib.redirect_stdout(printed), flushed_denormals():
        try:
            exec(compile(code, "script.py", "exec", dont_inherit=True), {"__name__": "__main__"})
        except SystemExit:
            diverged = True
        except RuntimeError as error:
            if "between 0 and 1" not in str(error):  # BCELoss of outputs that are not finite
                raise
            diverged = True
    return parsed(printed.getvalue(), diverged)


@dataclass(frozen=True)
class Training:
    """What the trainer did."""

    trainer: Trainer
    events: list[Event]

    @property
    def reported(self) -> list[EpochFinished]:
        return [event for event in self.events if isinstance(event, EpochFinished)]

    @property
    def diverged(self) -> bool:
        return any(isinstance(e, Diverged) and not e.at_end for e in self.events)


def trained(experiment: Experiment, locations: DataLocations = NOWHERE) -> Training:
    """Train with the trainer."""
    with flushed_denormals():
        trainer = Trainer(experiment, locations)
        return Training(trainer, list(trainer.events()))


def assert_repeated(
    experiment: Experiment, locations: DataLocations = NOWHERE
) -> tuple[str, Output]:
    """Fail unless the script prints every number that the trainer reports, bit for bit."""
    training = trained(experiment, locations)
    code = script(training.trainer.experiment, locations)
    output = run_here(code)
    compare(training, output, code)
    return code, output


def compare(training: Training, output: Output, code: str) -> None:
    """Fail unless the output holds every number that the trainer reported."""
    assert output.diverged == training.diverged, code
    reported = [{"epoch": float(event.epoch), **event.metrics} for event in training.reported]
    assert len(output.epochs) == len(reported), code
    for printed, event in zip(output.epochs, reported, strict=True):
        # As texts, since nan is not equal to itself; repr gives every bit.
        assert {n: repr(v) for n, v in printed.items()} == {n: repr(event[n]) for n in printed}, (
            code
        )
    if "test_loss" in training.trainer.metrics and not output.diverged:
        measured = training.trainer.metrics.items()
        line = "  ".join(
            f"{name} {value}"
            for name, value in measured
            if name.startswith("test_") and not name.endswith(MADE)
        )
        assert output.rest[0] == line, code
