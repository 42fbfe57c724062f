"""Scores and shares as people read them, with the intervals in which they lie."""

from __future__ import annotations

from engine.evaluation.judgement import Score
from tui.language import tr
from tui.renderables.numbers import fraction, metric

_SHARES = {"mae", "rmse", "median_error", "log_loss"}
"""Scores that are no shares of one."""


def value(score: Score) -> str:
    """Its value, in its unit where it has one."""
    if score.name not in _SHARES:
        return fraction(score.value)
    return f"{metric(score.value)} {score.unit}".rstrip()


def interval(score: Score) -> str:
    """From where to where it lies; `-` where that is not known."""
    if score.low is None or score.high is None:
        return "-"
    told = metric if score.name in _SHARES else fraction
    return tr(f"{told(score.low)} to {told(score.high)}")


def between(low: float | None, high: float | None, decimals: int = 3) -> str:
    """From where to where a share lies."""
    if low is None or high is None:
        return "-"
    return tr(f"{fraction(low, decimals)} to {fraction(high, decimals)}")
