"""Settings of an optimizer that unmake what it is for."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, figure, rule

LARGEST_DAMPING = 1e-2
"""An eps from which small gradients are no longer scaled up. Measured with Adam on moons and on
digits (tests.benchmarks.measure_repairs); TensorFlow's advice of 0.1 to 1 is for Inception."""
MOST_MOMENTUM = 0.99
"""Beyond, a step is made of more than a hundred gradients before it (Sutskever et al. 2013 go up to
0.99, under a schedule)."""
USUAL_MOMENTUM = 0.9
LEAST_WAY = 2.0
"""How far all weights together must be able to travel where each gradient is clipped."""
USUAL_CLIP = 1.0


@rule("adam-betas")
def adam_betas(case: Case) -> Remarks:
    """Adam's convergence needs beta1² < sqrt(beta2) (Kingma and Ba 2015, theorem 4.1); swapped, it
    scales a mean of a thousand gradients by the size of the last ten (mila-iqia/blocks#1159)."""
    optimizer = case.experiment.optimizer
    betas = optimizer.values().get("betas")
    if betas is None or betas[0] ** 2 < betas[1] ** 0.5:
        return
    other = optimizer.with_values(betas=optimizer.parameters()["betas"][1].default)
    first, second = betas
    said = "they look swapped" if first > second else "beta2 is too small for beta1"
    yield Remark(
        "warning",
        "optimizer.betas",
        f"betas=({first:g}, {second:g}): {optimizer.name} divides a long mean of gradients by the "
        f"size of the last few, and {said}: its steps grow where they should shrink",
        f"use betas=({other.values()['betas'][0]:g}, {other.values()['betas'][1]:g})",
        {"optimizer": other},
    )


@rule("step-damping")
def step_damping(case: Case) -> Remarks:
    """eps guards against a division by 0; as large as the gradients it shrinks every step
    (mlpnlp-nmt#4), and 0 makes nan of a gradient that is 0 (PySyft#740)."""
    optimizer = case.experiment.optimizer
    damping = optimizer.damping
    if damping is None or 0 < damping < LARGEST_DAMPING:
        return
    usual = optimizer.parameters()["eps"][1].default
    if damping == 0:
        message = (
            f"eps=0: {optimizer.name} divides by the size of a weight's gradient, and the first "
            "that is 0 makes nan of its weight"
        )
    else:
        message = (
            f"eps={damping:g} is added to the size of each gradient before {optimizer.name} "
            f"divides by it: a gradient of 0.001 is to make a whole step and makes "
            f"{figure(0.001 / (0.001 + damping))} of one"
        )
    yield Remark(
        "warning" if damping else "error",
        "optimizer.eps",
        message,
        f"use eps={usual:g}",
        {"optimizer": optimizer.with_values(eps=usual)},
    )


@rule("lasting-momentum")
def lasting_momentum(case: Case) -> Remarks:
    """Momentum multiplies the steps by 1/(1-momentum); close to 1 the weights fly past every valley
    (madanswer.com 75218, after Géron's Hands-On Machine Learning, chapter 11)."""
    optimizer = case.experiment.optimizer
    momentum = optimizer.values().get("momentum")
    if momentum is None or momentum <= MOST_MOMENTUM:
        return
    times = (
        "every gradient there ever was, and forgets none"
        if momentum >= 1
        else f"the last {figure(1 / (1 - momentum))} gradients"
    )
    yield Remark(
        "warning",
        "optimizer.momentum",
        f"momentum={momentum:g} makes each step of {times}: the weights fly past every valley",
        f"use momentum={USUAL_MOMENTUM:g}",
        {"optimizer": optimizer.with_values(momentum=USUAL_MOMENTUM)},
    )


@rule("tight-clip")
def tight_clip(case: Case) -> Remarks:
    """Where steps follow the gradient, rate times clip_norm times steps is all the way there is;
    Adam scales a clipped gradient up again (detr#198, stats.SE 487195)."""
    experiment = case.experiment
    optimizer, clip = experiment.optimizer, experiment.clip_norm
    if clip is None or not optimizer.follows_gradient or not case.num_steps:
        return
    far = optimizer.way(case.mean_rate, case.num_steps)
    if far is None or far < LEAST_WAY * USUAL_CLIP or far * clip >= LEAST_WAY:
        return  # with little way of its own it is the rate or the length that is too small
    changes: Changes = {"clip_norm": USUAL_CLIP}
    yield Remark(
        "warning",
        "clip_norm",
        f"clip_norm = {clip:g} shortens every gradient to that: {case.num_steps:,} steps of "
        f"{optimizer.name} carry all weights together {figure(far * clip)} at most, where about "
        f"{LEAST_WAY:g} is needed",
        f"use clip_norm = {USUAL_CLIP:g}",
        changes,
    )


RULES = (adam_betas, step_damping, lasting_momentum, tight_clip)
