"""Metrics as people read them: figures and titles, as each one's declaration says."""

from __future__ import annotations

from engine.parts.metrics import Metric
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric


def shown(declared: Metric, value: float | None) -> str:
    """A value with as many decimals as it deserves; `-` where there is none."""
    return metric(value) if declared.decimals is None else fraction(value, declared.decimals)


def named(declared: Metric) -> str:
    """What it is called in a sentence."""
    return declared.title.lower() if declared.title.istitle() else declared.title


def shown_title(declared: Metric, look: Look) -> str:
    """What stands over its column."""
    return look.pick(declared.title, declared.title.replace("²", "2"))
