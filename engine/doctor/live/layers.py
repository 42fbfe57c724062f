"""Rules about what is measured layer by layer: units, gradients, updates, magnitudes."""

from __future__ import annotations

import math
from itertools import pairwise

from engine.doctor.live.observation import LayerFigures, Observation
from engine.doctor.live.rule import Sign, Signs, Standing, live_rule
from engine.doctor.rule import figure, plural

DEAD, STILL_DEAD = 0.5, 0.4
SATURATED, STILL_SATURATED = 0.5, 0.35
"""Shares of a layer's units from which a finding appears, and to which it stays. Under a half
a layer has units enough; the ReLU networks of the presets lose up to a quarter."""
RATIO, STILL_RATIO = 1e3, 300.0
"""First layer's gradient against the last one's: in the presets within a factor of 30."""
LARGE_UPDATE, STILL_LARGE_UPDATE = 0.3, 0.15
"""Change of the weights in one step as a share of their norm. About 1e-3 is usual (Karpathy,
CS231n notes, "Ratio of weights:updates"); small networks under Adam begin near 0.1."""
SMALL_WAY, STILL_SMALL_WAY = 0.01, 0.02
"""How far the weights would move in the whole training at the pace of one step, in a straight
line: below this share of their norm they stay what chance made them."""
ENOUGH_SAMPLES = 8
"""On fewer samples units that stay silent are none that are lost."""
RAW, STILL_RAW = 10.0, 5.0
"""Root mean square of an input from which it is raw: initial weights are made for inputs near 1."""
HUGE, STILL_HUGE = 1e12, 1e11
"""float32 ends at 3.4e38, and squares of numbers at 1.8e19."""


@live_rule("dead-units")
def dead_units(observation: Observation, standing: Standing) -> Signs:
    """A ReLU unit that is zero for every sample gets no gradient, so it never comes back."""
    for layer in observation.layers:
        if layer.dead is None or not layer.units:
            continue
        limit = STILL_DEAD if layer.place in standing else DEAD
        if layer.dead / layer.units < limit or layer.dead == 0:
            continue
        every = layer.dead == layer.units
        if not every and observation.num_sampled < ENOUGH_SAMPLES:
            continue
        number = f"all {layer.units}" if every else f"{layer.dead} of {layer.units}"
        number = f"{number} units" if layer.units > 1 else "the only unit"
        samples = plural(observation.num_sampled, "training sample")
        alone = len(layer.address) > 1  # a shortcut leads around it
        before = "no layer before it in its block learns" if alone else "no layer before it learns"
        cause, first = _cause(observation, holds=layer.place in standing)
        yield Sign(
            "error" if every and not alone else "warning",
            layer.place,
            f"{number} of {layer.text} {'give' if layer.units > 1 else 'gives'} zero for each of "
            f"{samples}: no gradient comes through, "
            + (f"and {before}" if every else "so they hardly come back")
            + cause,
            first or "a smaller learning rate, LeakyReLU() in its place, or another seed",
        )


def _cause(observation: Observation, *, holds: bool, grows: bool = False) -> tuple[str, str]:
    """What lies behind a finding, as the end of its sentence, and the repair that comes first.

    Both empty where it is nothing plain. grows: what is found is numbers that grow, which a
    penalty makes only by reversing them.
    """
    penalty = observation.penalty
    if penalty is not None and (penalty.reverses or not grows):
        does = "reverses the weights at each step" if penalty.reverses else "pulls them to zero"
        return f"; {penalty.said} {does}", penalty.repair
    if observation.input_size >= (STILL_RAW if holds else RAW):
        size = figure(observation.input_size)
        return (
            f"; inputs of size {size} make steps too large for weights that begin small",
            f"scale the inputs first: {observation.scaling}",
        )
    return "", ""


@live_rule("saturated-units")
def saturated_units(observation: Observation, standing: Standing) -> Signs:
    """At the ends of Sigmoid and Tanh the slope is next to nothing, and so is the gradient."""
    for layer in observation.layers:
        if layer.saturated is None or not layer.units:
            continue
        limit = STILL_SATURATED if layer.place in standing else SATURATED
        if layer.saturated == 0 or layer.saturated / layer.units < limit:
            continue
        cause, first = _cause(observation, holds=layer.place in standing, grows=True)
        yield Sign(
            "warning",
            layer.place,
            f"{layer.saturated} of {layer.units} units of {layer.text} stand at an end of their "
            "range for nearly every sample: their slope is below a twentieth of its largest, so "
            f"hardly a gradient comes through{cause}",
            first or "a smaller learning rate, BatchNorm1d() before it, or ReLU() in its place",
        )


def _ends(observation: Observation) -> tuple[LayerFigures, float, LayerFigures, float] | None:
    """First and last layer with weights and their gradients; None for a single one."""
    known = [(layer, layer.gradient) for layer in observation.layers if layer.gradient is not None]
    if len(known) < 2 or not all(math.isfinite(gradient) for _, gradient in known):
        return None
    (first, small), (last, large) = known[0], known[-1]
    return first, small, last, large


@live_rule("vanishing-gradient")
def vanishing_gradient(observation: Observation, standing: Standing) -> Signs:
    """Where each layer passes on less, the first ones hardly learn."""
    ends = _ends(observation)
    if ends is None:
        return
    first, small, last, large = ends
    limit = STILL_RATIO if first.place in standing else RATIO
    if large == 0 or small * limit > large:
        return
    times = f"{figure(large / small)} times smaller" if small else "nothing, unlike that"
    yield Sign(
        "warning",
        first.place,
        f"the gradient of {first.text} is {times} than that of {last.place} {last.text}: "
        "the first layers hardly learn",
        "fewer layers, ReLU() in place of Sigmoid() or Tanh(), or BatchNorm1d() between them",
    )


@live_rule("exploding-gradient")
def exploding_gradient(observation: Observation, standing: Standing) -> Signs:
    """Where each layer passes on more, the first ones are thrown about."""
    ends = _ends(observation)
    if ends is None:
        return
    first, large, last, small = ends
    limit = STILL_RATIO if first.place in standing else RATIO
    if small == 0 or large < limit * small:
        return
    yield Sign(
        "warning",
        first.place,
        f"the gradient of {first.text} is {figure(large / small)} times larger than that of "
        f"{last.place} {last.text}: the first layers are thrown about",
        "clip_norm = 1.0, a smaller learning rate, or standardize=True for the data",
    )


@live_rule("large-updates")
def large_updates(observation: Observation, standing: Standing) -> Signs:
    """Steps as large as the weights forget what was learned."""
    cause, first = _cause(observation, holds=bool(standing), grows=True)
    for layer in observation.layers:
        limit = STILL_LARGE_UPDATE if layer.place in standing else LARGE_UPDATE
        if layer.update is not None and layer.update >= limit:
            yield Sign(
                "warning",
                layer.place,
                f"one step changes the weights of {layer.text} by {layer.update:.0%} of their "
                f"size, where a thousandth is usual: it forgets what it learned{cause}",
                first or "a tenth of the learning rate",
            )


@live_rule("small-updates")
def small_updates(observation: Observation, standing: Standing) -> Signs:
    """Weights that hardly move stay what chance made them."""
    updates = [layer.update for layer in observation.layers if layer.update is not None]
    if not updates or (observation.progress > 0.5 and not standing):
        return  # later a falling rate is meant to be small
    if observation.has_learned:  # there is little left to move for
        return
    most = max(*updates, observation.pace) * observation.rate_to_come
    way = most * observation.num_steps
    if way < (STILL_SMALL_WAY if "optimizer.lr" in standing else SMALL_WAY):
        yield Sign(
            "warning",
            "optimizer.lr",
            f"a step changes no layer's weights by more than {figure(most)} of their "
            f"size: in all {plural(observation.num_steps, 'step')} together they move by less than "
            f"{max(way, 1e-4):.2%}",
            "a larger learning rate (`perceptui tune-lr` finds one)",
        )


@live_rule("overflow-ahead")
def overflow_ahead(observation: Observation, standing: Standing) -> Signs:
    """Numbers that grow without bound end as infinities, and nothing is left of the weights."""
    cause, first = _cause(observation, holds=bool(standing), grows=True)
    for layer in observation.layers:
        if layer.largest >= (STILL_HUGE if layer.place in standing else HUGE):
            yield Sign(
                "error",
                layer.place,
                f"numbers in {layer.text} have grown to {layer.largest:.0e}: soon they are no "
                f"longer finite{cause}",
                first or "a tenth of the learning rate, or clip_norm = 1.0",
            )
            return
    recent = observation.losses[-4:]
    if len(recent) < 4 or not all(math.isfinite(loss) and loss > 0 for loss in recent):
        return
    if recent[-1] <= 2 * observation.losses[0]:
        return
    growth = [b / a for a, b in pairwise(recent)]
    if min(growth) < (1.2 if "optimizer.lr" in standing else 1.5):
        return
    pace = math.exp(sum(map(math.log, growth)) / len(growth))
    left = math.ceil(math.log(3.4e38 / recent[-1]) / math.log(pace))
    yield Sign(
        "error",
        "optimizer.lr",
        f"the loss grows {figure(pace)}-fold with every epoch and stands at {figure(recent[-1])}: "
        f"at this pace it overflows in about {plural(max(left, 1), 'epoch')}{cause}",
        first or "a tenth of the learning rate, or clip_norm = 1.0",
    )
