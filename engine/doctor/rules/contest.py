"""Two networks against each other: whether either can follow the other."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, figure, rule

MOST_APART = 10.0
"""Times the other's rate from which one network is done before the other has begun."""
MOST_BETA, STEADY_BETA = 0.8, 0.5
"""Of Adam's momentum: eight little clouds are all found with 0.5, and none, or a few, with 0.9."""


@rule("unequal-rates")
def unequal_rates(case: Case) -> Remarks:
    """Each network learns from what the other does now: one that is left far behind learns nothing,
    and one that runs ahead has nothing to learn from (Heusel and others, 2017, take 4 at most)."""
    objective = case.experiment.objective
    share, layers = objective.rival_share, objective.rival
    if layers is None or 1 / MOST_APART < share < MOST_APART:
        return
    times = figure(max(share, 1 / share))
    yield Remark(
        "warning",
        "objective.rate",
        f"the discriminator learns {times} times as fast as the network, which can't follow"
        if share > 1
        else f"the network learns {times} times as fast as its discriminator, which can't follow",
        "use rate = 1",
        {"objective": objective.with_rival(layers, 1.0)},
    )


@rule("momentum-in-contest")
def momentum_in_contest(case: Case) -> Remarks:
    """What deceived the other network a while ago is found out by now: momentum goes on towards it
    (Radford and others 2016, Unsupervised Representation Learning with Deep Convolutional
    Generative Adversarial Networks: 0.9 swings, 0.5 is steady)."""
    optimizer = case.experiment.optimizer
    betas = optimizer.values().get("betas")
    if case.experiment.objective.rival is None or betas is None or betas[0] < MOST_BETA:
        return
    yield Remark(
        "warning",
        "optimizer.betas",
        f"a momentum of {betas[0]:g} carries the network on to what deceived the discriminator "
        "before it learned better: both swing, and the points gather in one place after another",
        f"use betas = [{STEADY_BETA}, {betas[1]}]",
        {"optimizer": optimizer.with_values(betas=(STEADY_BETA, *betas[1:]))},
    )


RULES = (unequal_rates, momentum_in_contest)
