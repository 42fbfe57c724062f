"""What a network paints, decodes, gives back or makes, beside what it was given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.runs.pictures import (
    Comparison,
    LatentPlane,
    Painting,
    Returned,
)
from tui.language import tr
from tui.report.colors import class_name
from tui.report.plots.axes import MARKS, MOST_SAMPLES, PLACEHOLDERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_painting(painting: Painting, axes: Axes) -> None:
    """What the network has of a picture at the left, and the picture at the right."""
    import numpy as np

    shape = painting.channels, painting.height, painting.width
    both = [
        np.frombuffer(pixels, np.uint8).reshape(shape).transpose(1, 2, 0).repeat(3 // shape[0], 2)
        for pixels in (painting.painted, painting.original)
    ]
    axes.axis("off")
    width = painting.width
    for number, (pixels, name) in enumerate(
        zip(both, (tr("painted"), tr("original")), strict=True)
    ):
        left = number * width * 1.05
        axes.imshow(pixels, extent=(left, left + width, painting.height, 0), interpolation="none")
        axes.text(left + width / 2, -0.04 * painting.height, name, ha="center", va="bottom")
    axes.set_xlim(0, width * 2.05)
    axes.set_ylim(painting.height, -0.2 * painting.height)


def draw_places(plane: LatentPlane, axes: Axes) -> None:
    """Each class by its color and its mark."""
    kinds = plane.kinds or [0] * len(plane.points)
    for kind in sorted(set(kinds)):
        own = [point for point, of in zip(plane.points, kinds, strict=True) if of == kind]
        axes.scatter(
            [x for x, _ in own],
            [y for _, y in own],
            s=18,
            color=PLACEHOLDERS[class_name(kind)],
            marker=MARKS[kind % 10],
            label=plane.names[kind] if plane.kinds else None,
        )
    axes.set_xlim(plane.x1)
    axes.set_ylim(plane.x2)
    if plane.kinds:
        axes.legend()


def draw_decoded(plane: LatentPlane, axes: Axes) -> None:
    """All pictures side by side, as they lie in the plane."""
    sheet = _sheet(plane.tiles, plane.shape, plane.columns, plane.rows)
    (left, right), (bottom, top) = plane.x1, plane.x2
    axes.imshow(sheet, extent=(left, right, bottom, top), interpolation="none", aspect="auto")


def draw_returned(picture: Returned, axes: Axes) -> None:
    """A row of pictures as they came in, below it as they were given back."""
    shape = picture.channels, picture.height, picture.width
    lines = [(tr("came in"), picture.given), (tr("given back"), picture.back)]
    if picture.asked:
        lines.insert(1, (tr("asked for"), picture.asked))
    axes.axis("off")
    for number, (name, pixels) in enumerate(lines):
        top = number * 1.4 * picture.height
        extent = (0, picture.count * picture.width, top + picture.height, top)
        sheet = _sheet(pixels, shape, picture.count, 1)
        axes.imshow(sheet, extent=extent, interpolation="none")
        axes.text(0, top - 0.05 * picture.height, name, ha="left", va="bottom")
    axes.set_xlim(0, picture.count * picture.width)
    axes.set_ylim(1.4 * len(lines) * picture.height, -0.4 * picture.height)


def _sheet(pixels: bytes, shape: Sequence[int], columns: int, rows: int) -> Any:
    """Pictures side by side, row by row: (height, width, 3) uint8."""
    import numpy as np

    channels, height, width = shape
    tiles = np.frombuffer(pixels, np.uint8).reshape(rows, columns, channels, height, width)
    sheet = tiles.transpose(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels)
    return sheet.repeat(3 // channels, 2)


def draw_compared(compared: Comparison, axes: Axes) -> None:
    axes.grid(visible=True)
    pairs = [
        (actual, said)
        for actual, said in zip(compared.actual, compared.predicted, strict=True)
        if said is not None and math.isfinite(said)
    ][:MOST_SAMPLES]
    ends = [min(a for a, _ in pairs), max(a for a, _ in pairs)] if pairs else [0.0, 1.0]
    axes.plot(ends, ends, color=PLACEHOLDERS["faint"], linewidth=1, linestyle="--")
    axes.scatter(
        [a for a, _ in pairs],
        [p for _, p in pairs],
        s=12,
        color=PLACEHOLDERS["accent"],
        alpha=0.65,
        linewidth=0,
    )
    axes.set_xlabel(tr("actual"))
    axes.set_ylabel(tr("predicted"))
