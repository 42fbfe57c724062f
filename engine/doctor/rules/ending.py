"""What ends a training: whether it does so before there is anything to end."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, plural, rule

WAITS = 3
"""Times the schedule's patience that the training's own bears after a repair: two drops of the rate
and what comes of them (tests.benchmarks.measure_repairs)."""


@rule("stops-before-reduction")
def stops_before_reduction(case: Case) -> Remarks:
    """Who stops sooner than the schedule waits never sees a lower rate (yolov3-tf2#181)."""
    experiment = case.experiment
    waits = experiment.schedule.patience_epochs
    if waits is None or experiment.patience is None or experiment.patience > waits:
        return
    patience = max(WAITS * waits, waits + 2)
    yield Remark(
        "warning",
        "patience",
        f"patience = {experiment.patience} ends the training before {experiment.schedule.name} "
        f"has waited its {plural(waits, 'epoch')}: the learning rate is never lowered",
        f"use patience = {patience}",
        {"patience": patience},
    )


@rule("stops-at-once")
def stops_at_once(case: Case) -> Remarks:
    """A loss that guessing has already is no goal: the training ends with its first epoch (Karpathy
    2019, A Recipe for Training Neural Networks: verify the loss at init)."""
    goal, facts = case.experiment.stop_below, case.facts
    if goal is None or facts is None or not facts.classes:
        return
    guess = case.experiment.loss.guess(len(facts.classes))
    if guess is None or goal < guess:
        return
    yield Remark(
        "warning",
        "stop_below",
        f"stop_below = {goal:g} is reached by whoever gives all {len(facts.classes)} classes the "
        f"same: that costs {guess:.3f}, so the training ends with its first epoch or soon",
        "leave stop_below out",
        {"stop_below": None},
    )


RULES = (stops_before_reduction, stops_at_once)
