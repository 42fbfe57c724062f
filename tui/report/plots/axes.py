"""What drawings of every kind have in common: colors, ticks, names, numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.runs.events import Figure
from tui.renderables.sanitize import fit
from tui.report.colors import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MOST_NAMED = 24
"""Names along an axis; more are not read."""
MOST_SAMPLES = 2_000
"""Points of a cloud: more are a blot."""
MARKS = "o^sD*v<>PX"
LONGEST = 18
"""Cells that a name may take."""
PLACEHOLDERS = {name: f"#01{number:02x}fe" for number, name in enumerate(NAMES)}
"""A color that nobody draws with, for each name."""


def fit_cells(axes: Axes, size: tuple[int, int]) -> None:
    """Cells from (0, 0) at the top left on, without an empty margin."""
    axes.set_xlim(-0.5, size[0] - 0.5)
    axes.set_ylim(size[1] - 0.5, -0.5)


def named_ticks(axes: Axes, across: Sequence[str], down: Sequence[str]) -> None:
    """Names along both axes, every second or third where they are many."""
    is_long = max((len(name) for name in across), default=0) * len(across) > 36
    for names, axis in ((across, axes.xaxis), (down, axes.yaxis)):
        every = math.ceil(len(names) / MOST_NAMED)
        places = range(0, len(names), every)
        axis.set_ticks([*places], [short_name(names[place]) for place in places])
        axis.set_tick_params(length=0)
    if is_long:
        axes.tick_params(axis="x", labelrotation=90)


def short_name(text: str, most: int = LONGEST) -> str:
    """A name from data; one that begins with _ would be left out of a legend."""
    short = fit(text, most)
    return f"\u200b{short}" if short.startswith("_") else short


def number_of(value: Figure) -> float:
    """A figure as matplotlib takes it: nothing is drawn where there is none."""
    return math.nan if value is None else value
