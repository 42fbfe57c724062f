"""Points of the data, and over them those that a network makes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.boundary import LEAST_WIDTH, cell, field_canvas, framed, grid_size
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import NEGATIVE, POSITIVE, SECONDARY
from tui.renderables.runs import Glyph
from tui.renderables.table import sentence, wrapped

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Cloud

_LEGEND = 2
"""Rows below the picture."""
_ARROWS = "→↗↑↖←↙↓↘"
_ASCII_ARROWS = ">/^\\</v\\"
"""From the right on, against the clock."""
LEAST_MOVE = 0.05
"""As a share of the farthest: what moves less has no arrow."""
_ABOUT_EVEN = 0.05
"""So near to a half the share that a second network tells right says that neither leads: of a
thousand points and as many made ones chance is a quarter of that."""


def cloud_rows(
    picture: Cloud, width: int, height: int, look: Look, *, stage: int | None = None
) -> list[Text]:
    """Both clouds in a frame and what their signs mean, as large as there is room.

    Where both lie in one cell, that of the network is seen. stage: of the way from noise, to see
    points there; None for its end.
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
    points = picture.made if stage is None else picture.points_after(stage)
    beyond = _put(canvas, points, picture, made)
    if stage is None:
        _point(canvas, picture, look)
    parts = [
        Text.assemble(data, tr(" data")),
        Text.assemble(made, tr(_what_is_made(picture, stage))),
    ]
    if picture.distance is not None and stage is None:
        apart = tr(f"distance {short(picture.distance)}, of other data {short(picture.floor)}")
        parts.append(Text(apart))
    if beyond:
        parts.append(Text(tr(f"{beyond} beyond the edge")))
    if picture.arrows and stage is None:
        sign = look.pick("→", ">"), look.paint(SECONDARY)
        parts.append(Text.assemble(sign, tr(" where noise is sent halfway")))
    if picture.judged is not None:
        parts.append(Text(tr("behind them what the discriminator takes them for")))
    return [*framed(canvas, picture.x1, picture.x2, look), *wrapped(parts, width, look), *told]


def _what_is_made(picture: Cloud, stage: int | None) -> str:
    if stage is None:
        return " made by the network"
    done = picture.stages[stage]
    if not done:
        return f" noise, before the first of {picture.steps} steps"
    return f" made by the network, after {done} of {picture.steps} steps"


def leading(told_apart: float | None) -> str:
    """Which of two networks leads, in a sentence; empty where there is no second one."""
    if told_apart is None:
        return ""
    if abs(told_apart - 0.5) <= _ABOUT_EVEN:
        return f"Neither leads: the discriminator tells {told_apart:.0%} right, guessing has 50%."
    if told_apart > 0.5:
        return f"The discriminator leads: it tells {told_apart:.0%} right, guessing has 50%."
    return f"The network leads: the discriminator tells {told_apart:.0%} right, guessing has 50%."


def _point(canvas: list[list[Glyph]], picture: Cloud, look: Look) -> None:
    """Draw arrows where nothing else is; none where next to nothing moves."""
    columns, rows = len(canvas[0]), len(canvas)
    (left, right), (low, high) = picture.x1, picture.x2
    # As it looks: a cell is about twice as high as wide.
    moves = [
        (d1 / (right - left) * columns, 2 * d2 / (high - low) * rows)
        for _, _, d1, d2 in picture.arrows
    ]
    farthest = max((math.hypot(*move) for move in moves), default=0.0)
    for (x1, x2, _, _), (across, up) in zip(picture.arrows, moves, strict=True):
        column, row = cell(x1, picture.x1, columns), cell(-x2, (-high, -low), rows)
        if column is None or row is None or canvas[row][column][0] != " ":
            continue
        if math.hypot(across, up) > LEAST_MOVE * farthest:
            turn = round(math.atan2(up, across) / math.tau * len(_ARROWS)) % len(_ARROWS)
            sign = look.pick(_ARROWS[turn], _ASCII_ARROWS[turn])
            canvas[row][column] = sign, look.paint(SECONDARY)


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
