"""What a learning-rate range test measured, and the rate that it suggests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from engine.runs.events import Figure

SMOOTHING = 0.9
"""Share of the running mean that is kept from step to step."""
REACH = 3
"""Steps to both sides over which a slope is measured."""
PACE = 23
"""Steps for each power of ten that these two are for; where there are more, both are stretched."""
FALL = 0.03
"""Share of its first level, the mean over the lowest power of ten, by which the loss must fall to
say anything."""


class RateTest(msgspec.Struct, frozen=True, kw_only=True):
    """The losses of a training whose learning rate grew from step to step.

    The range test of Smith, "Cyclical Learning Rates for Training Neural Networks" (2017),
    with a rate that grows exponentially, as fastai's finder has it.
    """

    rates: list[float]
    losses: list[Figure]
    """Of each step's batch, before the update with that rate."""
    smoothed: list[Figure]
    steepest: float | None
    """The rate at which the smoothed loss falls fastest; None where it hardly falls."""
    lowest: float | None
    """The rate at which the smoothed loss is lowest."""
    suggested: float | None
    """The steepest, but at most a tenth of the lowest's; two digits."""

    @property
    def stands_still(self) -> bool:
        """Whether no rate changed the loss at all: no gradient reaches the weights."""
        return len(self.losses) > 1 and len(set(self.losses)) == 1


def rate_test(rates: Sequence[float], losses: Sequence[float]) -> RateTest:
    """Read the curve; what is not finite ends it. Rates must grow by a constant factor."""
    finite = next((n for n, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
    stretch = _stretch(rates)
    smooth, reach = smoothed(losses[:finite], SMOOTHING ** (1 / stretch)), REACH * stretch
    bottom = min(range(len(smooth)), key=smooth.__getitem__, default=0)
    slopes = [(smooth[n + reach] - smooth[n - reach], n) for n in range(reach, bottom - reach + 1)]
    steepest = lowest = suggested = None
    level = math.fsum(losses[: PACE * stretch]) / len(losses[: PACE * stretch]) if slopes else 0.0
    if slopes and level - smooth[bottom] >= FALL * abs(level):
        steepest, lowest = rates[min(slopes)[1]], rates[bottom]
        suggested = float(f"{min(steepest, lowest / 10):.1e}")
    rest: list[Figure] = [None] * (len(losses) - finite)
    return RateTest(
        rates=list(rates),
        losses=[*losses[:finite], *rest],
        smoothed=[*smooth, *rest],
        steepest=steepest,
        lowest=lowest,
        suggested=suggested,
    )


def _stretch(rates: Sequence[float]) -> int:
    """How many times more slowly the rates grow than by PACE steps for each power of ten."""
    if len(rates) < 2:
        return 1
    return max(1, round(1 / math.log10(rates[1] / rates[0]) / PACE))


def smoothed(values: Sequence[float], kept: float = SMOOTHING) -> list[float]:
    """A running mean that forgets, without the pull of its start towards zero."""
    means = accumulate(values, lambda m, v: kept * m + (1 - kept) * v, initial=0.0)
    return [m / (1 - kept**n) for n, m in enumerate(means) if n]
