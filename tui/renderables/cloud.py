"""Points of the data, and over them those that a network makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.boundary import LEAST_WIDTH, cell, field_canvas, framed, grid_size
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import NEGATIVE, POSITIVE
from tui.renderables.runs import Glyph
from tui.renderables.table import sentence, wrapped

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Cloud

_LEGEND = 2
"""Rows below the picture."""
_ABOUT_EVEN = 0.05
"""So near to a half the share that a second network tells right says that neither leads: of a
thousand points and as many made ones chance is a quarter of that."""


def cloud_rows(picture: Cloud, width: int, height: int, look: Look) -> list[Text]:
    """Both clouds in a frame and what their signs mean, as large as there is room.

    Where both lie in one cell, that of the network is seen.
    """
    if width <= 0 or height <= 0:
        return []
    leader = leading(picture.told_apart)
    told = sentence(leader, width, look, dim=False) if leader else []
    columns, rows = grid_size(width, height - _LEGEND - len(told) + 1, look)
    rows = rows // 2 if look.half_blocks else rows
    if width < LEAST_WIDTH or columns < 1:
        return sentence("Too narrow for the points.", width, look)
    data = look.pick("·", "."), look.paint(NEGATIVE)
    made = look.pick("●", "o"), look.paint(POSITIVE, bold=True)
    canvas: list[list[Glyph]] = [[(" ", Style())] * columns for _ in range(rows)]
    if picture.judged is not None:
        canvas = field_canvas(picture.judged, columns, rows, look)
        if not look.has_color:  # signs that no texture of the area has
            data, made = ((look.glyph(number), Style(bold=True)) for number in (0, 1))
    _put(canvas, picture.data, picture, data)
    beyond = _put(canvas, picture.made, picture, made)
    parts = [
        Text.assemble(data, tr(" data")),
        Text.assemble(made, tr(" made by the network")),
    ]
    if picture.distance is not None:
        apart = tr(f"distance {short(picture.distance)}, of other data {short(picture.floor)}")
        parts.append(Text(apart))
    if beyond:
        parts.append(Text(tr(f"{beyond} beyond the edge")))
    if picture.judged is not None:
        parts.append(Text(tr("behind them what the discriminator takes them for")))
    return [*framed(canvas, picture.x1, picture.x2, look), *wrapped(parts, width, look), *told]


def leading(told_apart: float | None) -> str:
    """Which of two networks leads, in a sentence; empty where there is no second one."""
    if told_apart is None:
        return ""
    if abs(told_apart - 0.5) <= _ABOUT_EVEN:
        return f"Neither leads: the discriminator tells {told_apart:.0%} right, guessing has 50%."
    if told_apart > 0.5:
        return f"The discriminator leads: it tells {told_apart:.0%} right, guessing has 50%."
    return f"The network leads: the discriminator tells {told_apart:.0%} right, guessing has 50%."


def _put(
    canvas: list[list[Glyph]],
    points: Iterable[tuple[float, float]],
    picture: Cloud,
    glyph: Glyph,
) -> int:
    """Draw points, on the area that is there; returns how many lie beyond the edge."""
    beyond = 0
    low, high = picture.x2
    for x1, x2 in points:
        column = cell(x1, picture.x1, len(canvas[0]))
        row = cell(-x2, (-high, -low), len(canvas))
        if column is None or row is None:
            beyond += 1
        else:
            sign, style = glyph
            area = canvas[row][column][1].bgcolor
            canvas[row][column] = sign, style + Style(bgcolor=area)
    return beyond
