"""Trains a copy for a few steps with a growing learning rate, to find one that suits."""

from __future__ import annotations

import dataclasses
import math

from engine.errors import UsageError
from engine.parts.data import Places
from engine.parts.schedules import Constant
from engine.runs.rate_test import RateTest, rate_test
from engine.spec.experiment import Experiment
from engine.training.trainer import Trainer

STEPS = 160
LOWEST, HIGHEST = 1e-6, 10.0
"""The rates: 23 steps for each power of ten."""
ENOUGH = 4.0
"""The test ends once the loss is so many times the lowest one: it only grows from there."""
_EPOCHS = 10**9
"""So many that neither an evaluation nor an end comes in between."""


def sweep(experiment: Experiment, places: Places) -> RateTest:
    """Sweep the learning rate over STEPS steps of a fresh network; nothing is kept of it.

    Raises what Trainer does, and UsageError where the first loss is not finite already.
    """
    plain = {
        "optimizer": dataclasses.replace(experiment.optimizer, lr=1.0),
        "schedule": Constant(),
        "epochs": _EPOCHS,
        "report_every": _EPOCHS,
        "patience": None,
        "stop_below": None,
    }
    trainer = Trainer(Experiment(**{**experiment.values(), **plain}), places, "eager")
    growth = (HIGHEST / LOWEST) ** (1 / (STEPS - 1))
    rates: list[float] = []
    losses: list[float] = []
    for number in range(STEPS):
        rate = LOWEST * growth**number
        trainer.learning_rate.factor = rate
        trainer.learning_rate.apply(trainer.epoch, trainer.global_step)
        trainer.step()
        loss = trainer.newest_loss
        assert loss is not None, "a step was done"
        rates.append(rate)
        losses.append(loss)
        if not math.isfinite(loss) or loss > ENOUGH * max(min(losses), 1e-3 * losses[0]):
            break
    if not math.isfinite(losses[0]):
        raise UsageError("the first loss is not finite: no learning rate can be tried")
    return rate_test(rates, losses)
