"""Areas: confusion matrices, heat maps, decision boundaries with their points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.runs.pictures import (
    Boundary,
)
from tui.language import tr
from tui.renderables.numbers import metric
from tui.renderables.sanitize import plain
from tui.report.colors import class_name, pair
from tui.report.document import Confusion, HeatMap
from tui.report.plots.axes import (
    MARKS,
    MOST_SAMPLES,
    PLACEHOLDERS,
    fit_cells,
    named_ticks,
    short_name,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MOST_COUNTED = 14
"""Classes up to which each cell of a confusion matrix has its number."""


def draw_confusion(confusion: Confusion, axes: Axes) -> None:
    """Shaded by each row's shares: right ones in one color, wrong ones in another."""
    from matplotlib.patches import Rectangle

    size = len(confusion.classes)
    for row, counts in enumerate(confusion.counts):
        total = sum(counts) or 1
        for column, count in enumerate(counts):
            if not count:
                continue
            color = PLACEHOLDERS["accent" if row == column else "broken"]
            share = count / total
            place = (column - 0.5, row - 0.5)
            axes.add_patch(
                Rectangle(place, 1, 1, facecolor=color, alpha=0.12 + 0.55 * share, linewidth=0)
            )
            if size <= MOST_COUNTED:
                axes.text(column, row, f"{count}", ha="center", va="center", fontsize=9)
    fit_cells(axes, (size, size))
    named_ticks(axes, confusion.classes, confusion.classes)
    axes.set_xlabel(tr("predicted"))
    axes.set_ylabel(tr("actual"))


def draw_heat(heat: HeatMap, axes: Axes) -> None:
    """The better the denser."""
    from matplotlib.patches import Rectangle

    known = [value for row in heat.cells for value in row if value is not None]
    known = [value for value in known if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    for row, values in enumerate(heat.cells):
        for column, value in enumerate(values):
            if value is None or not math.isfinite(value):
                continue
            share = (value - low) / ((high - low) or 1)
            share = share if heat.higher_is_better else 1 - share
            place = (column - 0.5, row - 0.5)
            color = PLACEHOLDERS["accent"]
            axes.add_patch(
                Rectangle(place, 1, 1, facecolor=color, alpha=0.08 + 0.62 * share, linewidth=0)
            )
            if len(values) <= 8:
                axes.text(column, row, metric(value), ha="center", va="center", fontsize=9)
    down, across = heat.values
    fit_cells(axes, (len(across), len(down)))
    named_ticks(axes, across, down)
    axes.set_xlabel(plain(heat.titles[1]))
    axes.set_ylabel(plain(heat.titles[0]))


def draw_boundary(boundary: Boundary, axes: Axes) -> None:
    """The plane in the classes' colors, the surer the denser; wrong points have a ring."""
    import numpy as np

    codes = np.frombuffer(boundary.cells, np.uint8).astype(int)
    codes = codes.reshape(boundary.rows, boundary.columns)
    image = np.zeros((*codes.shape, 4), np.uint8)
    levels = boundary.levels
    if boundary.classes:
        for index in range(len(boundary.classes)):
            image[codes // levels == index, :3] = pair(class_name(index))[1]
        image[..., 3] = 30 + 110 * (codes % levels) // max(1, levels - 1)
    else:
        share = codes / max(1, levels - 1)
        low, high = (np.array(pair(class_name(index))[1]) for index in (0, 1))
        image[..., :3] = low + (high - low) * share[..., None]
        image[..., 3] = 40 + 120 * np.abs(2 * share - 1)
    (left, right), (bottom, top) = boundary.x1, boundary.x2
    axes.imshow(image, extent=(left, right, bottom, top), interpolation="none", aspect="auto")
    for index, name in enumerate(boundary.classes or ("",)):
        _points(boundary, index, name, axes)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_xlabel("x1")
    axes.set_ylabel("x2")
    if boundary.classes:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)


def _points(boundary: Boundary, index: int, name: str, axes: Axes) -> None:
    """The samples of a class, or all of a regression, in the color of what they are."""
    of_class = [p for p in boundary.points if not boundary.classes or p.target == index]
    ink = PLACEHOLDERS["ink"]
    for is_wrong in (False, True):
        chosen = [
            p for p in of_class if (bool(boundary.classes) and p.target != p.predicted) is is_wrong
        ]
        if not chosen and is_wrong:
            continue
        axes.scatter(
            [p.x1 for p in chosen[:MOST_SAMPLES]],
            [p.x2 for p in chosen[:MOST_SAMPLES]],
            s=26 if is_wrong else 14,
            marker=MARKS[index % 10],
            facecolor=PLACEHOLDERS[class_name(index)] if boundary.classes else ink,
            edgecolor=ink if is_wrong else PLACEHOLDERS["page"],
            linewidth=1.3 if is_wrong else 0.4,
            label=None if is_wrong else short_name(name),
        )
