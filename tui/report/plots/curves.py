"""Lines: losses, scores, calibration, what a network answers along one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.runs.events import Figure
from engine.runs.pictures import (
    Curve,
)
from tui.language import tr
from tui.renderables.sanitize import plain
from tui.report.colors import NAMES, class_name
from tui.report.document import Lines
from tui.report.plots.axes import MARKS, MOST_SAMPLES, PLACEHOLDERS, number_of, short_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes


BESIDE = 20
"""Characters of a name that has room among the lines; longer ones stand below the drawing."""
_DASHES = ("-", "--", "-.", ":")
_SPLIT_DASHES = {"train": "-", "validation": "--", "test": "-."}


def draw_lines(lines: Lines, axes: Axes) -> None:
    """Told apart by color and by dash; a single point is a mark."""
    from matplotlib.ticker import MaxNLocator

    axes.grid(visible=True)
    for number, line in enumerate(lines.lines):
        color = line.split if line.split in NAMES else class_name(number)
        dash = _SPLIT_DASHES.get(line.split) or _DASHES[number // 10 % 4 if number > 9 else 0]
        axes.plot(
            [*line.x],
            [number_of(value) for value in line.y],
            color=PLACEHOLDERS[color],
            linestyle=dash,
            marker=MARKS[number % 10] if _is_sparse(line.y) else None,
            markersize=4,
            label=short_name(line.name, 60),
        )
    if all(float(x).is_integer() for line in lines.lines for x in line.x):  # no half epochs
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel(plain(lines.x_title))
    longest = max((len(line.name) for line in lines.lines), default=0)
    if len(lines.lines) > 3 or longest > BESIDE:
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.18), ncols=1)
    elif len(lines.lines) > 1 or lines.lines[0].split:
        axes.legend()


def _is_sparse(values: Sequence[Figure]) -> bool:
    """Whether points can be seen one by one."""
    return len(values) <= 12


def draw_curve(curve: Curve, axes: Axes) -> None:
    axes.grid(visible=True)
    for split, points in (("train", curve.train), ("test", curve.test)):
        if points:
            axes.scatter(
                [x for x, _ in points[:MOST_SAMPLES]],
                [y for _, y in points[:MOST_SAMPLES]],
                s=12,
                marker="o" if split == "train" else "D",
                color=PLACEHOLDERS[split],
                alpha=0.65,
                linewidth=0,
                label=tr(split),
            )
    values = [number_of(value) for value in curve.y]
    axes.plot(curve.x, values, color=PLACEHOLDERS["class-4"], label=tr("the network"))
    axes.legend()
