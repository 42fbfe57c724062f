"""Trains an experiment with the doctor at its bedside, and says how good it became."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import torch

from engine.doctor.examination import examine, repaired, wants_statistics
from engine.doctor.finding import Finding
from engine.doctor.statistics import Statistics
from engine.errors import DataUnavailable, PerceptuiError
from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.runs.events import EpochFinished, Event, Figure, FindingAppeared
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from engine.training.metrics import Scored
from engine.training.probes.budget import Budget
from engine.training.probes.instruments import Instruments
from engine.training.trainer import Trainer

LOCATIONS = DataLocations(data_dir())


@dataclass(frozen=True)
class Trial:
    """What came of one training."""

    said: frozenset[tuple[str, str]] = frozenset()
    """Severity and code of what the doctor said while it trained, info included."""
    metrics: dict[str, Figure] = dataclasses.field(default_factory=dict)
    trainer: Trainer | None = None
    refused: str = ""
    """Why it could not be trained to its end; empty where it was."""

    @property
    def warnings(self) -> list[str]:
        """The codes of errors and warnings."""
        return sorted(code for severity, code in self.said if severity != "info")

    def skill(self, split: str = "test") -> float:
        """1 for all right, 0 for what takes no network: R², or balanced accuracy above chance.

        Of the training split where the other is not there.
        """
        if self.trainer is None:
            return 0.0
        splits, facts = self.trainer.device_splits, self.trainer.splits.facts
        evaluator = self.trainer.evaluator
        scored = evaluator.scored(splits.get(split, splits["train"]))
        if not bool(scored.outputs.isfinite().all()):
            return 0.0
        if not facts.classes:
            return _figure(scored.measured().get("r2"))
        share = balanced_accuracy(scored, len(facts.classes))
        return (share - 1 / len(facts.classes)) / (1 - 1 / len(facts.classes))


def balanced_accuracy(scored: Scored, classes: int) -> float:
    """The mean share of each class that is recognized; of the classes that there are."""
    counts = torch.bincount(scored.actual, minlength=classes)
    right = torch.bincount(scored.actual[scored.actual == scored.predicted], minlength=classes)
    there = counts > 0
    return (right[there] / counts[there]).double().mean().item()


_newest: dict[tuple[str, int], Trial] = {}


def tried(experiment: Experiment, seed: int) -> Trial:
    """Train on one thread of the CPU, with a look at every report; the newest is kept."""
    key = to_toml(experiment, complete=True), seed
    if key not in _newest:
        _newest.clear()
        _newest[key] = _tried(experiment, seed)
    return _newest[key]


def _tried(experiment: Experiment, seed: int) -> Trial:
    said: set[tuple[str, str]] = set()
    try:
        one = dataclasses.replace(experiment, seed=seed, device="cpu", threads=1)
        trainer = Trainer(one, LOCATIONS)
        instruments = Instruments(trainer)
        instruments.budget = Budget(share=1e9)
        while trainer.reason is None:
            instruments.before_step()
            for event in trainer.step():
                if isinstance(event, EpochFinished):
                    said |= _codes(instruments.reported(event))
        said |= _codes(instruments.finished())
    except (PerceptuiError, RuntimeError, ValueError, IndexError) as error:
        return Trial(frozenset(said), refused=str(error).splitlines()[0])
    return Trial(frozenset(said), trainer.metrics, trainer)


def _codes(events: list[Event]) -> set[tuple[str, str]]:
    return {(e.severity, e.code) for e in events if isinstance(e, FindingAppeared)}


def statistics(experiment: Experiment) -> Statistics | None:
    """The figures of its data where a rule asks for them, by the same code as the worker's."""
    from engine.service.worker.statistics import describe

    if not wants_statistics(experiment):
        return None
    try:
        return describe(experiment, LOCATIONS).statistics()
    except DataUnavailable:
        return None


def found(experiment: Experiment) -> list[Finding]:
    """What the doctor says before it trains."""
    return examine(experiment, statistics(experiment))


def warned(experiment: Experiment) -> list[str]:
    """The codes of errors and warnings before it trains."""
    return sorted({one.code for one in found(experiment) if one.severity != "info"})


def fixed(experiment: Experiment) -> Experiment:
    """As `perceptui doctor --fix` leaves it."""
    return repaired(experiment, statistics(experiment))


def _figure(value: Figure | None) -> float:
    return value if isinstance(value, float) and math.isfinite(value) else 0.0
