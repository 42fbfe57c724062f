"""Trains a copy for a few steps with a growing learning rate, to find one that suits."""

from __future__ import annotations

import dataclasses
import math

import msgspec

from engine.doctor.case import Case
from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.parts.schedules import Constant
from engine.runs.rate_test import SMOOTHING, RateTest, below, candidates, lasts, rate_test
from engine.spec.experiment import Experiment
from engine.training.room import check_room
from engine.training.trainer import Trainer
from engine.training.trial import trial

STEPS = 160
LOWEST, HIGHEST = 1e-6, 10.0
"""The rates: 23 steps for each power of ten."""
SLOWER, MOST_STEPS = 4, 2560
"""Where the loss hardly falls the rates are gone through so many times more slowly: a network on a
plateau leaves it after hundreds of steps only, and the mean of more batches scatters less."""
ENOUGH = 4.0
"""The test ends once the running mean of the loss is so many times its lowest: it only grows from
there."""
TRIED = 10
"""Steps of a fresh network that a suggested rate must last."""
_EPOCHS = 10**9
"""So many that neither an evaluation nor an end comes in between."""


def sweep(experiment: Experiment, locations: DataLocations) -> RateTest:
    """Sweep the learning rate over the steps of a fresh network; nothing is kept of it.

    What the curve suggests is tried: below the largest rate that a fresh network lasts.
    STEPS of them; more where these show no fall, but never more than the training itself has.
    Raises what Trainer does, and UsageError where the first loss is not finite already.
    """
    if experiment.objective.rival is not None:
        raise UsageError(
            "the loss of a network against another says nothing of its learning rate: what one "
            "wins the other loses, so no rate is found by it"
        )
    plain = {
        "optimizer": dataclasses.replace(experiment.optimizer, lr=1.0),
        "schedule": Constant(),
        "epochs": _EPOCHS,
        "report_every": _EPOCHS,
        "patience": None,
        "stop_below": None,
    }
    slow = Experiment(**{**experiment.values(), **plain})
    steps = STEPS
    check_room(slow)
    while True:
        trainer = Trainer(slow, locations, "eager")
        most = min(MOST_STEPS, experiment.epochs * len(trainer.batches))
        try:
            rates, losses = _swept(trainer, steps)
        finally:
            trainer.stop_reading()
        if not math.isfinite(losses[0]):
            raise UsageError("the first loss is not finite: no learning rate can be tried")
        found = rate_test(rates, losses)
        steps *= SLOWER
        if found.suggested is not None:
            return _tried(found, slow, locations)
        if steps > most or found.stands_still:
            return found


def _tried(found: RateTest, experiment: Experiment, locations: DataLocations) -> RateTest:
    """The suggestion replaced by one that a fresh network was seen to last, below the largest."""
    known = experiment.optimizer.rates
    bends = Case(experiment).bends  # one that does not may need steps as large as its targets
    highest = known.highest if known is not None and bends else math.inf
    trainer = Trainer(experiment, locations, "eager")
    try:
        for rate in candidates(found):
            if lasts(found, rate, _at(trainer, rate)):
                suggested = below(found, rate, highest)
                losses = _at(trainer, suggested)
                tried = (losses[0], losses[-1])
                return msgspec.structs.replace(found, suggested=suggested, tried=tried)
    finally:
        trainer.stop_reading()
    return msgspec.structs.replace(found, suggested=None)


def _at(trainer: Trainer, rate: float) -> list[float]:
    """The losses of TRIED steps at a rate, which are forgotten; fewer where one is not finite."""
    losses: list[float] = []
    with trial(trainer):
        while len(losses) < TRIED and trainer.reason is None:
            _step(trainer, rate)
            assert trainer.newest_loss is not None, "a step was done"
            losses.append(trainer.newest_loss)
    return losses


def _step(trainer: Trainer, rate: float) -> None:
    trainer.learning_rate.factor = rate
    trainer.learning_rate.apply(trainer.epoch, trainer.global_step)
    trainer.step()
    trainer.read()


def _swept(trainer: Trainer, steps: int) -> tuple[list[float], list[float]]:
    """The rates that were tried, and the loss at each."""
    growth = (HIGHEST / LOWEST) ** (1 / (steps - 1))
    rates: list[float] = []
    losses: list[float] = []
    level = lowest = math.inf
    for number in range(steps):
        rate = LOWEST * growth**number
        _step(trainer, rate)
        loss = trainer.newest_loss
        assert loss is not None, "a step was done"
        rates.append(rate)
        losses.append(loss)
        level = SMOOTHING * level + (1 - SMOOTHING) * loss if number else loss
        lowest = min(lowest, level)
        if not math.isfinite(loss) or level > ENOUGH * max(lowest, 1e-3 * losses[0]):
            break
    return rates, losses
