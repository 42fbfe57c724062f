"""Whether the learning rate is one that its optimizer can be used with."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rates import known_rate, rate_of
from engine.doctor.rates import with_rate as at_rate
from engine.doctor.rule import Changes, Remark, Remarks, figure, rule


@rule("learning-rate-range")
def learning_rate_range(case: Case) -> Remarks:
    """Each optimizer has rates with which it is used; far outside it stands still or diverges."""
    experiment = case.experiment
    schedule = experiment.schedule
    own = schedule.rate_parameter
    rate = rate_of(experiment)
    place = f"schedule.{own}" if own else "optimizer.lr"
    known = experiment.optimizer.rates
    if known is None or known.lowest <= rate <= known.highest:
        return
    lowest, highest, usual = known
    name = experiment.optimizer.name
    if rate > highest and case.has_one_valley:
        # A single layer has one valley; weights as large as the targets need large steps.
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
    before = known_rate(experiment, case.earlier)
    repair = f"use {usual:g}" if before is None else f"use {before:g}, as before"
    changes = with_rate(case, usual if before is None else before)
    yield Remark("warning" if rate else "error", place, message, repair, changes)


def with_rate(case: Case, rate: float) -> Changes:
    """The changes to another learning rate, wherever it is said."""
    other = at_rate(case.experiment, rate)
    return {"schedule": other.schedule, "optimizer": other.optimizer}


RULES = (learning_rate_range,)
