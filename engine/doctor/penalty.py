"""How hard an experiment pulls its weights towards zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.doctor.case import Case
from engine.doctor.rates import rate_of
from engine.spec.experiment import Experiment

STRONG = 0.1
"""From which a penalty on the gradient outweighs what the loss says of most weights: of moons told
apart by 16 units 84 % are right, not 100, and a sine's R² falls from 0.75 to 0.25."""
STRONG_RIDGE = 1.0
"""The same of a linear regression, which needs small weights only: of diabetes' R² of 0.44, 0.1
and 0.3 take nothing, 1 takes 0.04, 3 takes 0.13."""
STRONG_APART = 1.0
"""From which a decay of the weights themselves keeps them small: a step of about lr against a pull
of lr·decay ends where a weight is 1/decay, which at 0.1 holds nothing back (Brown et al. 2020)."""
REVERSES = 1.0
"""Share that a step takes off a weight from which it goes past zero to the other side."""
USUAL, USUAL_APART = 1e-4, 1e-2
"""What a repair sets: the weight decay of image networks (He et al. 2016), and PyTorch's default of
AdamW. At 0.001 a spiral of 300 points still costs 8 points of accuracy, at 0.0001 none."""


@dataclass(frozen=True)
class Penalty:
    """One that is too strong, and what is usual in its place."""

    place: str
    """Of the field: `l2`, `optimizer.weight_decay`."""
    said: str
    """As a sentence has it: `l2 = 10`."""
    pull: float
    """The share of itself that a step takes off a weight; 0 where that is not known."""
    repair: str
    changes: dict[str, Any]

    @property
    def reverses(self) -> bool:
        """Whether a step carries weights past zero by the penalty alone."""
        return self.pull >= REVERSES


def strong_penalties(experiment: Experiment) -> Iterator[Penalty]:
    """The penalties that pull too hard, the hardest first."""
    ridge = not Case(experiment).bends and experiment.loss.outputs == "value"
    limit = STRONG_RIDGE if ridge else STRONG
    found = [*_on_the_loss(experiment, limit), *_of_the_optimizer(experiment, limit)]
    yield from sorted(found, key=lambda penalty: -penalty.pull)


def _on_the_loss(experiment: Experiment, limit: float) -> Iterator[Penalty]:
    pull = experiment.optimizer.pull(rate_of(experiment), experiment.l2)
    pull -= experiment.optimizer.pull(rate_of(experiment), 0.0)
    if experiment.l2 >= limit or pull >= REVERSES:
        yield _penalty("l2", experiment.l2, pull, USUAL, {"l2": USUAL})
    if experiment.l1 >= limit:
        yield _penalty("l1", experiment.l1, 0.0, USUAL, {"l1": USUAL})


def _of_the_optimizer(experiment: Experiment, limit: float) -> Iterator[Penalty]:
    optimizer = experiment.optimizer
    decay: float = optimizer.values().get("weight_decay", 0.0)
    pull = optimizer.pull(rate_of(experiment), 0.0)
    strong, usual = (STRONG_APART, USUAL_APART) if optimizer.decays_apart else (limit, USUAL)
    if decay >= strong or pull >= REVERSES:
        changes = {"optimizer": optimizer.with_values(weight_decay=usual)}
        yield _penalty("optimizer.weight_decay", decay, pull, usual, changes)


def _penalty(
    place: str, value: float, pull: float, usual: float, changes: dict[str, Any]
) -> Penalty:
    name = place.rpartition(".")[2]
    return Penalty(place, f"{name} = {value:g}", pull, f"{name} = {usual:g}", changes)
