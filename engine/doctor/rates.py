"""Where an experiment says its learning rate, and which one to go to from there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from engine.spec.experiment import Experiment


def rate_of(experiment: Experiment) -> float:
    """The rate that an experiment is trained with, wherever it is said."""
    schedule = experiment.schedule
    own = schedule.rate_parameter
    return float(schedule.values()[own]) if own else experiment.optimizer.lr


def is_usual(experiment: Experiment) -> bool:
    """Whether its optimizer is used with such a rate, or none is called unusual."""
    known = experiment.optimizer.rates
    return known is None or known.lowest <= rate_of(experiment) <= known.highest


def with_rate(experiment: Experiment, rate: float) -> Experiment:
    """The experiment with another learning rate."""
    schedule, optimizer = experiment.schedule, experiment.optimizer
    if own := schedule.rate_parameter:
        return dataclasses.replace(experiment, schedule=schedule.with_values(**{own: rate}))
    return dataclasses.replace(experiment, optimizer=dataclasses.replace(optimizer, lr=rate))


def known_rate(experiment: Experiment, earlier: Iterable[Experiment]) -> float | None:
    """The rate that the same optimizer had before, the newest that is usual; None without one.

    earlier: what the experiment was, the newest first.
    """
    kind, own = type(experiment.optimizer), experiment.schedule.rate_parameter
    for before in earlier:
        if type(before.optimizer) is not kind or not is_usual(before):
            continue
        rate = rate_of(before)
        if rate != rate_of(experiment) and before.schedule.rate_parameter == own:
            return rate
    return None
