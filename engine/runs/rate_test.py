"""What a learning-rate range test measured, and the rate that it suggests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from engine.runs.events import Metric

SMOOTHING = 0.9
"""Share of the running mean that is kept from step to step."""
REACH = 3
"""Steps to both sides over which a slope is measured."""
FALL = 0.03
"""Share of its first level by which the loss must fall to say anything."""


class RateTest(msgspec.Struct, frozen=True, kw_only=True):
    """The losses of a training whose learning rate grew from step to step.

    The range test of Smith, "Cyclical Learning Rates for Training Neural Networks" (2017),
    with a rate that grows exponentially, as fastai's finder has it.
    """

    rates: list[float]
    losses: list[Metric]
    """Of each step's batch, before the update with that rate."""
    smoothed: list[Metric]
    steepest: float | None
    """The rate at which the smoothed loss falls fastest; None where it hardly falls."""
    lowest: float | None
    """The rate at which the smoothed loss is lowest."""
    suggested: float | None
    """The steepest, but at most a tenth of the lowest's; two digits."""


def rate_test(rates: Sequence[float], losses: Sequence[float]) -> RateTest:
    """Read the curve; what is not finite ends it. Rates must grow by a constant factor."""
    finite = next((n for n, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
    smooth = smoothed(losses[:finite])
    bottom = min(range(len(smooth)), key=smooth.__getitem__, default=0)
    slopes = [(smooth[n + REACH] - smooth[n - REACH], n) for n in range(REACH, bottom - REACH + 1)]
    steepest = lowest = suggested = None
    if slopes and smooth[0] - smooth[bottom] >= FALL * abs(smooth[0]):
        steepest, lowest = rates[min(slopes)[1]], rates[bottom]
        suggested = float(f"{min(steepest, lowest / 10):.1e}")
    rest: list[Metric] = [None] * (len(losses) - finite)
    return RateTest(
        rates=list(rates),
        losses=[*losses[:finite], *rest],
        smoothed=[*smooth, *rest],
        steepest=steepest,
        lowest=lowest,
        suggested=suggested,
    )


def smoothed(values: Sequence[float]) -> list[float]:
    """A running mean that forgets, without the pull of its start towards zero."""
    means = accumulate(values, lambda m, v: SMOOTHING * m + (1 - SMOOTHING) * v, initial=0.0)
    return [m / (1 - SMOOTHING**n) for n, m in enumerate(means) if n]
