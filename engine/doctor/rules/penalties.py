"""Penalties on the weights: whether they leave anything of them."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.penalty import Penalty, strong_penalties
from engine.doctor.rates import rate_of
from engine.doctor.rule import Remark, Remarks, figure, rule


@rule("strong-penalty")
def strong_penalty(case: Case) -> Remarks:
    """A penalty is meant to settle what the loss leaves open, not to decide.

    A step takes lr·(2·l2 + weight_decay) of each weight off it: from 1 on it turns every weight to
    the other sign, from 2 on it makes it larger (github.com/tensorflow/playground, issue 77).
    """
    for penalty in strong_penalties(case.experiment):
        yield Remark(
            "error" if penalty.reverses else "warning",
            penalty.place,
            f"{penalty.said} {_does(case, penalty)}",
            f"use {penalty.repair}",
            penalty.changes,
        )


def _does(case: Case, penalty: Penalty) -> str:
    rate = rate_of(case.experiment)
    if penalty.reverses:
        grows = ", further each time" if penalty.pull > 2 else ""
        return (
            f"at a learning rate of {rate:g} takes {figure(penalty.pull)} times each weight off it "
            f"in one step: all weights jump past zero to the other sign{grows}"
        )
    if case.experiment.optimizer.decays_apart and penalty.place == "optimizer.weight_decay":
        value = case.experiment.optimizer.values()["weight_decay"]
        return (
            "holds weights below "
            f"{figure(1 / value)}, where the pull to zero equals a step of {penalty.said}"
        )
    return "pulls most weights harder towards zero than the loss pulls them away: few are left"


RULES = (strong_penalty,)
