"""Whether the learning rate is one that its optimizer can be used with."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.rates import known_rate, rate_of
from engine.doctor.rates import with_rate as at_rate
from engine.doctor.rule import Changes, Remark, Remarks, figure, plural, rule
from engine.parts.layers.base import UNBOUNDED
from engine.parts.shapes import product

DIVERGES_BENT, DIVERGES = 0.5, 1.0
"""Rates of SGD from which a mean squared error of one free output diverges: behind units that curve
it, and always. At 0.5 a sine and a plane through 4, 16 and 64 ReLU units are lost for nearly all
seeds, at 0.1 for few."""
STEADY_BENT, STEADY = 0.02, 0.1
"""What a repair sets. A sine through 16 ReLU units has an R² near 0.74 at 0.02 and 0.43 at 0.05; at
0.1 it is lost for two seeds of three."""
LEAST_CURVING = 16.0
"""Units behind a bounded activation, times the square of what they reach around their middle, from
which they curve as much: 16 of Tanh, 64 of Sigmoid. Fewer train well at 0.5."""

MOST_USUAL = 50.0
"""Times the usual rate of Adam and its kin from which they lose deep networks. Of the digits, 64
units twice: an accuracy of 0.95 at 0.001 to 0.02, 0.93 at 0.05, 0.52 at 0.1; four times: 0.94, 0.73
and 0.19."""
LEAST_DEEP, LEAST_INPUTS = 2, 32
"""Hidden layers, and inputs of the network, from which that is so: one layer trains well at 0.1, as
do points of the plane."""


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
    before = known_rate(experiment, case.earlier())
    repair = f"use {usual:g}" if before is None else f"use {before:g}, as before"
    changes = with_rate(case, usual if before is None else before)
    yield Remark("warning" if rate else "error", place, message, repair, changes)


@rule("rate-for-squared-error")
def rate_for_squared_error(case: Case) -> Remarks:
    """Gradient descent on a squared error diverges from a rate of 2 / curvature on.

    The curvature along the last layer's bias alone is 2, and every unit that gives values near 1
    before it adds as much (LeCun et al. 1998, Efficient BackProp, 4.6).
    """
    experiment, optimizer = case.experiment, case.experiment.optimizer
    known, width = optimizer.rates, case.num_outputs
    if not optimizer.follows_gradient or not experiment.loss.grows_with_error or known is None:
        return
    if not width or case.output_range != UNBOUNDED or experiment.clip_norm is not None:
        return
    rate, limit = rate_of(experiment), DIVERGES_BENT if _curved(case) else DIVERGES
    # the mean over several numbers to predict divides the curvature by their count
    if not limit * width <= rate <= known.highest:
        return  # beyond the highest it is learning-rate-range
    own = experiment.schedule.rate_parameter
    before = known_rate(experiment, case.earlier())
    if before is not None and before >= limit * width:
        before = None
    steady = (STEADY_BENT if limit < DIVERGES else STEADY) * width
    what = "the units before the last layer" if limit < DIVERGES else "its bias alone"
    yield Remark(
        "warning",
        f"schedule.{own}" if own else "optimizer.lr",
        f"{optimizer.name} at {rate:g} under {experiment.loss.name} with outputs that nothing "
        f"bounds: its gradient grows with the error, and {what} curve the loss so much that steps "
        f"from {limit * width:g} on overshoot further each time",
        f"use {steady:g}" if before is None else f"use {before:g}, as before",
        with_rate(case, steady if before is None else before),
    )


@rule("rate-for-depth")
def rate_for_depth(case: Case) -> Remarks:
    """Adam moves each weight by about its rate, whatever the gradient: many inputs add that up, and
    layers multiply it, until every unit is dead or saturated (discuss.pytorch.org/t/43814)."""
    experiment = case.experiment
    known, rate = experiment.optimizer.rates, rate_of(experiment)
    if known is None or not MOST_USUAL * known.usual <= rate <= known.highest:
        return  # beyond the highest it is learning-rate-range
    stretch = case.network
    bent = [one for one, other in stretch.neighbors() if stretch.bend_between(one, other)]
    if len(case.stretches) > 1 or len(bent) < LEAST_DEEP or not case.chain:
        return
    if any(layer.normalizes for layer in stretch.layers) or experiment.schedule.moves:
        return
    inputs = product(case.chain[bent[0]].input_shape)
    if not experiment.layers[bent[0]].dense or inputs < LEAST_INPUTS:
        return
    before = known_rate(experiment, case.earlier())
    if before is not None and before >= MOST_USUAL * known.usual:
        before = None
    own = experiment.schedule.rate_parameter
    yield Remark(
        "warning",
        f"schedule.{own}" if own else "optimizer.lr",
        f"{experiment.optimizer.name} moves each weight by about {rate:g} a step: over "
        f"{plural(inputs, 'input')} and {len(bent)} hidden layers that adds up, and units die or "
        "saturate within a few steps",
        f"use {known.usual:g}" if before is None else f"use {before:g}, as before",
        with_rate(case, known.usual if before is None else before),
    )


def _curved(case: Case) -> bool:
    """Whether the units before the last layer may grow enough, or are enough, to curve the loss."""
    if not case.bends or not case.network.weighted:
        return case.bends
    last = case.network.weighted[-1]
    bends = [x.output_range for x in case.experiment.layers[:last] if x.nonlinear]
    reach = (bends[-1][1] - bends[-1][0]) / 2 if bends else math.inf
    if math.isinf(reach) or not case.chain:
        return True
    return product(case.chain[last].input_shape) * reach**2 >= LEAST_CURVING


def with_rate(case: Case, rate: float) -> Changes:
    """The changes to another learning rate, wherever it is said."""
    other = at_rate(case.experiment, rate)
    return {"schedule": other.schedule, "optimizer": other.optimizer}


RULES = (learning_rate_range, rate_for_squared_error, rate_for_depth)
