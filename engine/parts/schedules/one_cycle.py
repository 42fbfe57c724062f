"""One rise and one fall, counted in steps."""

from __future__ import annotations

import math
from typing import Literal

from engine.parts.component import and_torch_only, parameter
from engine.parts.schedules.base import Formula, Schedule


def one_cycle(
    done: int,
    total: int,
    pct_start: float,
    anneal_strategy: str,
    low: float,
    high: float,
    final: float,
) -> float:
    """From low up to high over the first pct_start of all steps, then down to final."""
    peak = pct_start * total - 1
    if done < peak:
        start, end, share = low, high, done / peak
    else:
        start, end, share = high, final, (done - peak) / (total - 1 - peak)
    if anneal_strategy == "linear":
        return start + (end - start) * share
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


class OneCycleLR(Schedule):
    """One rise to max_lr and one fall over all steps; brings its own warm-up."""

    words = "Raises the learning rate and lowers it again once, which often learns in fewer passes."
    counts = "steps"
    rate_parameter = "max_lr"
    torch_order = ("max_lr", "total_steps", "epochs", "steps_per_epoch", "pct_start")
    torch_only = and_torch_only(
        Schedule.torch_only, total_steps=(), epochs=(), steps_per_epoch=(), three_phase=(False,)
    )

    max_lr: float = parameter(help="the rate at the top", above=0, maximum=1e6)
    pct_start: float = parameter(
        default=0.3, help="share of the steps spent rising", minimum=0, below=1
    )
    anneal_strategy: Literal["cos", "linear"] = parameter(
        default="cos", help="form of rise and fall"
    )
    cycle_momentum: bool = parameter(default=True, help="move the momentum against the rate")
    base_momentum: float = parameter(
        default=0.85, help="momentum at the top", minimum=1e-6, below=1
    )
    max_momentum: float = parameter(
        default=0.95, help="momentum at both ends", minimum=1e-6, below=1
    )
    div_factor: float = parameter(
        default=25.0, help="the first rate is max_lr divided by it", minimum=1e-6
    )
    final_div_factor: float = parameter(
        default=1e4, help="the last rate is the first divided by it", minimum=1e-6
    )

    def formula(self, lr: float, total: int) -> Formula:
        low = self.max_lr / self.div_factor
        return self._cycle(total, low, self.max_lr, low / self.final_div_factor)

    def momentum(self, total: int) -> Formula | None:
        if not self.cycle_momentum:
            return None
        return self._cycle(total, self.max_momentum, self.base_momentum, self.max_momentum)

    def begun_sooner(self, total: int) -> Schedule:
        return self.with_values(pct_start=0.3)

    def _cycle(self, total: int, low: float, high: float, final: float) -> Formula:
        shape = {"pct_start": self.pct_start, "anneal_strategy": self.anneal_strategy}
        return Formula(
            one_cycle, {"total": total, **shape, "low": low, "high": high, "final": final}
        )
