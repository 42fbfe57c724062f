"""What a network gives back, the plane of the places in between, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.boundary import LEAST_WIDTH, cell, framed, grid_size
from tui.renderables.images import Image, strip
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import POSITIVE, class_hue
from tui.renderables.runs import Glyph
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence, wrapped

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import LatentPlane, Returned

Place = tuple[int, int]
"""A column and a row of the places that are decoded, counted from the top left."""
LEAST_TILE, MOST_TILE = 8, 16
"""Columns of a picture at least, where it has as many, and at most where many are drawn."""
_GAP = 2
_LEGEND = 3


def middle(plane: LatentPlane) -> Place:
    """Where a cursor begins."""
    return plane.columns // 2, plane.rows // 2


def returned_rows(picture: Returned, width: int, look: Look) -> list[Text]:
    """Pictures as they came in, below them as they were given back; as many as there is room for.

    Where something else is asked than comes in, that is between them.
    """
    wide = min(picture.width, max(LEAST_TILE, min(MOST_TILE, width // 4)))
    lines = [(tr("came in"), picture.given), (tr("given back"), picture.back)]
    if picture.asked:
        lines.insert(1, (tr("asked for"), picture.asked))
    size = picture.width * picture.height * picture.channels
    rows: list[Text] = []
    for name, pixels in lines:
        images = [
            Image(picture.width, picture.height, picture.channels, pixels[at : at + size])
            for at in range(0, picture.count * size, size)
        ]
        drawn = strip(images, width, look, columns=wide, gap=1)
        rows += [*sentence(name, width, look), *drawn]
    return rows


def decoded_rows(
    plane: LatentPlane, width: int, height: int, look: Look, *, at: Place | None = None
) -> list[Text]:
    """What is decoded at places evenly over the plane, side by side; at: where a cursor is.

    Empty where samples are no pictures.
    """
    if not plane.tiles or width < LEAST_WIDTH:
        return []
    channels, tall, wide = plane.shape
    columns = min(wide, max(LEAST_TILE, min(MOST_TILE, width // plane.columns)))
    lines = max(1, -(-tall * columns // wide) // 2)
    across = _spread(plane.columns, (width - 1) // columns, None if at is None else at[0])
    down = _spread(plane.rows, max(1, (height - 2) // lines), None if at is None else at[1])
    rows = []
    for row in down:
        images = [Image(wide, tall, channels, plane.tile(column, row)) for column in across]
        drawn = strip(images, width, look, columns=columns, gap=0)
        if at is not None and row == at[1]:
            drawn = [_marked(line, across.index(at[0]) * columns, columns, look) for line in drawn]
        rows += drawn
    left, top = plane.place(across[0], down[0])
    right, bottom = plane.place(across[-1], down[-1])
    told = tr(
        f"Decoded over the plane: {short(left)} to {short(right)} across, {short(bottom)} to "
        f"{short(top)} up."
    )
    return [*rows, *sentence(told, width, look)]


def _spread(count: int, most: int, kept: int | None) -> list[int]:
    """So many of places in a row at most, evenly over all; one of them is there in any case."""
    number = max(1, min(count, most))
    found = [(2 * n + 1) * count // (2 * number) for n in range(number)]
    if kept is not None and kept not in found:
        nearest = min(range(number), key=lambda n: abs(found[n] - kept))
        found[nearest] = kept
    return found


def _marked(row: Text, start: int, columns: int, look: Look) -> Text:
    """A row with signs at the ends of one picture in it."""
    style = look.paint(POSITIVE, bold=True)
    first, inside = row[:start], row[start + 1 : start + columns - 1]
    rest = row[start + columns :]
    signs = look.pick("▐", "["), look.pick("▌", "]")
    return Text.assemble(first, (signs[0], style), inside, (signs[1], style), rest)


def places_rows(
    plane: LatentPlane, width: int, height: int, look: Look, *, at: Place | None = None
) -> list[Text]:
    """Where samples lie, each by the sign of its class; beside it what is made where the cursor is.

    at: where that is.
    """
    if width < LEAST_WIDTH:
        return sentence("Too narrow for the points.", width, look)
    beside = _decoded(plane, width // 3, look, at) if at is not None else []
    room = width - (max(row.cell_len for row in beside) + _GAP if beside else 0)
    if room < LEAST_WIDTH:
        beside, room = [], width
    columns, rows = grid_size(room, height - _LEGEND + 1, look)
    rows = rows // 2 if look.half_blocks else rows
    canvas: list[list[Glyph]] = [[(" ", Style())] * columns for _ in range(rows)]
    for number, (x1, x2) in enumerate(plane.points):
        kind = plane.kinds[number] if plane.kinds else 0
        _put(canvas, plane, x1, x2, (look.glyph(kind), look.paint(class_hue(kind))))
    if at is not None:
        sign = look.pick("✛", "+"), Style(bold=True, reverse=True)
        _put(canvas, plane, *plane.place(*at), sign)
    picture = framed(canvas, plane.x1, plane.x2, look)
    parts = [
        Text.assemble((look.glyph(n), look.paint(class_hue(n))), f" {plain(name, look.ascii)}")
        for n, name in enumerate(plane.names)
    ]
    legend = wrapped(parts, width, look) if plane.kinds else []
    return [*_side_by_side(picture, beside, room), *legend, *_told(plane, width, look)]


def _told(plane: LatentPlane, width: int, look: Look) -> list[Text]:
    """What the two directions are, where they are not all that says where a sample lies."""
    if plane.numbers <= 2:
        return []
    told = tr(
        f"Of {plane.numbers} numbers the two directions in which samples differ most: "
        f"{plane.share:.0%} of the variance."
    )
    return sentence(told, width, look)


def _put(canvas: list[list[Glyph]], plane: LatentPlane, x1: float, x2: float, glyph: Glyph) -> None:
    low, high = plane.x2
    column, row = cell(x1, plane.x1, len(canvas[0])), cell(-x2, (-high, -low), len(canvas))
    if column is not None and row is not None:
        canvas[row][column] = glyph


def _decoded(plane: LatentPlane, width: int, look: Look, at: Place) -> list[Text]:
    """What is made of the cursor's place, and where that is."""
    x1, x2 = plane.place(*at)
    where = sentence(tr(f"at {short(x1)}, {short(x2)}"), width, look, dim=False)
    if not plane.tiles or width < LEAST_TILE:
        return where
    channels, tall, wide = plane.shape
    image = Image(wide, tall, channels, plane.tile(*at))
    return [*strip([image], width, look, columns=width, gap=0), *where]


def _side_by_side(left: Sequence[Text], right: Sequence[Text], width: int) -> list[Text]:
    rows = []
    for number in range(max(len(left), len(right))):
        row = left[number].copy() if number < len(left) else Text()
        if number < len(right):
            row.append(" " * (width + _GAP - row.cell_len)).append_text(right[number])
        rows.append(row)
    return rows
