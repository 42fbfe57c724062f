"""What a learning-rate range test measured, and the rate that it suggests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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

FINER, BELOW = 2.0, 8.0
"""Between two rates that are tried, and how far below the curve's the last of them lies."""
MARGIN = 2.0
"""How far below the largest rate that lasts for a few steps the one lies that lasts."""
END = 3
"""Steps over which the loss at the end is taken."""
PEAK, NO_RISE = 0.5, 0.05
"""By what share of the first loss it may rise on the way, and be above it at the end. Measured by
`tests.benchmarks.measure_rate_finder`: with these the rate that is suggested is a good one in a
sweep of whole trainings."""


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
    """The steepest, but at most a tenth of the lowest's; or a larger one that was tried. Two
    digits."""
    tried: tuple[Figure, Figure] | None = None
    """The loss before and after a few steps of a fresh network at the suggested rate; None where
    that was not tried."""

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


def candidates(test: RateTest) -> Iterator[float]:
    """The rates to try, the largest first: from the last one that lasted in the test downwards.

    Below the one that the curve suggests a few more follow, in case even that one does not last.
    """
    assert test.lowest is not None, "asked only where a rate is suggested"
    assert test.suggested is not None, "asked only where a rate is suggested"
    rate, least = max(test.lowest, test.suggested), test.suggested / BELOW
    while rate >= least:
        yield rate
        rate /= FINER


def lasts(test: RateTest, rate: float, losses: Sequence[float]) -> bool:
    """Whether a few steps at a rate neither threw the loss up nor left it higher than it was.

    Where they left it as it was, on a plateau, that says nothing of a rate above the steepest.
    """
    first, rest = losses[0], losses[1:]
    if not rest or not all(map(math.isfinite, losses)):
        return False
    end = math.fsum(losses[-END:]) / len(losses[-END:])
    steep = test.steepest is not None and rate <= test.steepest
    most = first + NO_RISE * abs(first) if steep else first - FALL * abs(first)
    return max(rest) <= first + PEAK * abs(first) and end <= most


def below(test: RateTest, largest: float, highest: float = math.inf) -> float:
    """The rate to suggest where this is the largest that lasts: with a margin, or the curve's own.

    highest: which is ever used.
    """
    assert test.suggested is not None, "asked only where a rate is suggested"
    rate = max(largest / MARGIN, min(test.suggested, largest))
    return float(f"{min(rate, highest):.1e}")


def _stretch(rates: Sequence[float]) -> int:
    """How many times more slowly the rates grow than by PACE steps for each power of ten."""
    if len(rates) < 2:
        return 1
    return max(1, round(1 / math.log10(rates[1] / rates[0]) / PACE))


def smoothed(values: Sequence[float], kept: float = SMOOTHING) -> list[float]:
    """A running mean that forgets, without the pull of its start towards zero."""
    means = accumulate(values, lambda m, v: kept * m + (1 - kept) * v, initial=0.0)
    return [m / (1 - kept**n) for n, m in enumerate(means) if n]
