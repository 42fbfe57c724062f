"""Trains what `new` writes for a table, beside a linear model on the same split."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.doctor.examination import examine
from engine.doctor.fitting import fitted
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from engine.training.trainer import Trainer


@dataclass(frozen=True)
class Result:
    """How well a table was learned."""

    rows: int
    inputs: int
    metric: str
    """accuracy, or r2."""
    network: float
    linear: float
    """Of a logistic or linear model."""
    findings: tuple[str, ...]
    """What the doctor says that is graver than worth knowing."""

    @property
    def is_good(self) -> bool:
        """Whether the network is not worse than the linear model by more than 0.03."""
        return self.network >= self.linear - 0.03


def written(path: Path, target: str) -> Experiment:
    """What `perceptui new` writes, read back."""
    return from_raw(parse_toml(to_toml(fitted(str(path), (target,)).experiment)))


def trained(path: Path, target: str) -> Result:
    """Train a table, and a linear model of scikit-learn beside it."""
    experiment = written(path, target)
    findings = [f.code for f in examine(experiment) if f.severity != "info"]
    trainer = Trainer(experiment, DataLocations(Path("/nonexistent")))
    for _ in trainer.events():
        pass
    facts = trainer.splits.facts
    held_out = trainer.splits.test or trainer.splits.train
    train = trainer.splits.train
    metric = "accuracy" if facts.classes else "r2"
    network = trainer.evaluator.metrics(held_out)[metric]
    assert network is not None
    linear = _linear(
        (train.inputs.numpy(), train.targets.numpy()),
        (held_out.inputs.numpy(), held_out.targets.numpy()),
        bool(facts.classes),
    )
    return Result(facts.num_samples, facts.shape[0], metric, network, linear, tuple(findings))


def _linear(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    is_classification: bool,
) -> float:
    from sklearn.linear_model import LogisticRegression, Ridge

    model = LogisticRegression(max_iter=2000) if is_classification else Ridge()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it would take more steps
        model.fit(*train)
    return float(model.score(*test))
