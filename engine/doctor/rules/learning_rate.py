"""Whether the learning rate is one that its optimizer can be used with."""

from __future__ import annotations

import dataclasses

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, figure, rule


@rule("learning-rate-range")
def learning_rate_range(case: Case) -> Remarks:
    """Each optimizer has rates with which it is used; far outside it stands still or diverges."""
    experiment = case.experiment
    schedule = experiment.schedule
    own = schedule.rate_parameter
    rate = float(schedule.values()[own]) if own else experiment.optimizer.lr
    place = f"schedule.{own}" if own else "optimizer.lr"
    known = experiment.optimizer.rates
    if known is None or known.lowest <= rate <= known.highest:
        return
    lowest, highest, usual = known
    name = experiment.optimizer.name
    if rate > highest and not case.bends and case.network.weighted:
        # A linear network has one valley; weights as large as the targets need large steps.
        yield Remark(
            "info",
            place,
            f"a learning rate of {rate:g} is {figure(rate / highest)} times the highest that "
            f"{name} is used with; a linear network may need it where its targets are large",
        )
        return
    if rate == 0:
        message = "a learning rate of 0 changes nothing: no weight will ever move"
    elif rate < lowest:
        message = (
            f"a learning rate of {rate:g} is {figure(lowest / rate)} times below the lowest that "
            f"{name} is used with: the loss will hardly move"
        )
    else:
        message = (
            f"a learning rate of {rate:g} is {figure(rate / highest)} times the highest that "
            f"{name} is used with: the loss will jump or diverge"
        )
    changes = with_rate(case, usual)
    yield Remark("warning" if rate else "error", place, message, f"use {usual:g}", changes)


def with_rate(case: Case, rate: float) -> Changes:
    """The changes to another learning rate, wherever it is said."""
    schedule, optimizer = case.experiment.schedule, case.experiment.optimizer
    if own := schedule.rate_parameter:
        return {"schedule": schedule.with_values(**{own: rate})}
    return {"optimizer": dataclasses.replace(optimizer, lr=rate)}


RULES = (learning_rate_range,)
