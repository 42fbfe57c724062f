"""Points of the data, and over them those that a network makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.boundary import LEAST_WIDTH, cell, framed, grid_size
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import NEGATIVE, POSITIVE
from tui.renderables.runs import Glyph
from tui.renderables.table import sentence, wrapped

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Cloud

_LEGEND = 2
"""Rows below the picture."""


def cloud_rows(picture: Cloud, width: int, height: int, look: Look) -> list[Text]:
    """Both clouds in a frame and what their signs mean, as large as there is room.

    Where both lie in one cell, that of the network is seen.
    """
    if width <= 0 or height <= 0:
        return []
    columns, rows = grid_size(width, height - _LEGEND + 1, look)
    rows = rows // 2 if look.half_blocks else rows
    if width < LEAST_WIDTH or columns < 1:
        return sentence("Too narrow for the points.", width, look)
    canvas: list[list[Glyph]] = [[(" ", Style())] * columns for _ in range(rows)]
    data = look.pick("·", "."), look.paint(NEGATIVE)
    made = look.pick("●", "o"), look.paint(POSITIVE, bold=True)
    _put(canvas, picture.data, picture, data)
    beyond = _put(canvas, picture.made, picture, made)
    parts = [
        Text.assemble(data, tr(" data")),
        Text.assemble(made, tr(" made by the network")),
    ]
    if picture.distance is not None:
        told = tr(f"distance {short(picture.distance)}, of other data {short(picture.floor)}")
        parts.append(Text(told))
    if beyond:
        parts.append(Text(tr(f"{beyond} beyond the edge")))
    return [*framed(canvas, picture.x1, picture.x2, look), *wrapped(parts, width, look)]


def _put(
    canvas: list[list[Glyph]],
    points: Iterable[tuple[float, float]],
    picture: Cloud,
    glyph: Glyph,
) -> int:
    """Draw points; returns how many lie beyond the edge."""
    beyond = 0
    low, high = picture.x2
    for x1, x2 in points:
        column = cell(x1, picture.x1, len(canvas[0]))
        row = cell(-x2, (-high, -low), len(canvas))
        if column is None or row is None:
            beyond += 1
        else:
            canvas[row][column] = glyph
    return beyond
