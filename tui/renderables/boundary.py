"""The decision boundary of a network with two inputs, with the data's points on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from engine.limits import PICTURE_CELLS
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import NEGATIVE, NIGHT, POSITIVE, Hue, blend, class_hue
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence, wrapped

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Boundary, Point

LEAST_WIDTH = 16
_GUTTER = 7  # the labels of x2 and the axis: `-10.50│`
_BELOW = 3  # the axis, the labels of x1, one row of legend
_MOST_ROWS = math.isqrt(
    PICTURE_CELLS.most // 4
)  # of text: twice as many columns, two cells in each
_WHITE = Hue((245, 245, 245), "bright_white")
_BLACK = Hue((0, 0, 0), "black")
_MIST = Hue((90, 90, 96), "bright_black")


def grid_size(width: int, height: int, look: Look) -> tuple[int, int]:
    """The columns and rows of the matrix that fills this many cells; (0, 0): too narrow.

    Characters are about twice as high as wide, so a square picture takes twice as many
    columns as rows of text. With half blocks each row of text shows two rows of the matrix.
    """
    if width < LEAST_WIDTH:
        return 0, 0
    rows = max(min(height - _BELOW, (width - _GUTTER) // 2, _MOST_ROWS), 2)
    return min(2 * rows, width - _GUTTER), 2 * rows if look.half_blocks else rows


def boundary(field: Boundary, width: int, look: Look) -> list[Text]:
    """The field, its axes and a legend; a matrix that is too wide is thinned out.

    With colors each text row shows two rows of the matrix as half blocks; else each class
    has its texture, the denser the surer. Points on the wrong side are inverted.
    """
    if width <= 0:
        return []
    if width < LEAST_WIDTH:
        return sentence("Too narrow for the decision boundary.", width, look)
    cells = _thinned(field, width - _GUTTER)
    if not cells or not cells[0]:
        return sentence("No decision boundary to draw yet.", width, look)
    canvas = _halved(cells, field, look) if look.half_blocks else _textured(cells, field, look)
    wrong = _place(canvas, cells, field, look)
    return [*framed(canvas, field.x1, field.x2, look), *_legend(field, wrong, width, look)]


def field_rows(field: Boundary, columns: int, rows: int, look: Look) -> list[Text]:
    """The field alone, scaled to so many cells: without points, axes and legend."""
    return [row_of(line) for line in field_canvas(field, columns, rows, look)]


def field_canvas(field: Boundary, columns: int, rows: int, look: Look) -> list[list[Glyph]]:
    """The same, to be drawn on."""
    lines = 2 * rows if look.half_blocks else rows
    across = [column * field.columns // columns for column in range(columns)]
    cells = []
    for row in range(lines):
        start = row * field.rows // lines * field.columns
        line = field.cells[start : start + field.columns]
        cells.append(bytes(line[column] for column in across))
    return _halved(cells, field, look) if look.half_blocks else _textured(cells, field, look)


def _thinned(field: Boundary, most: int) -> list[bytes]:
    """The matrix, row by row, with at most so many columns, and as many fewer rows."""
    columns, rows = field.columns, field.rows
    lines = [field.cells[row * columns :][:columns] for row in range(rows)]
    if columns <= most:
        return lines
    across = [column * columns // most for column in range(most)]
    fewer = max(1, rows * most // columns)
    return [bytes(lines[row * rows // fewer][c] for c in across) for row in range(fewer)]


def _hue(code: int, field: Boundary, look: Look) -> Hue:
    """The color of a cell's area: the class's, the paler the less sure."""
    if not field.classes:
        share = code / max(field.levels - 1, 1)
        end = look.hue(NEGATIVE if share < 0.5 else POSITIVE)
        strength = abs(share - 0.5) * 2
        name = end.name if strength > 0.34 else _MIST.name
        return Hue(blend(_MIST.rgb, end.rgb, strength), name)
    index, level = divmod(code, field.levels)
    hue = look.hue(class_hue(index))
    share = (level + 1) / field.levels
    return Hue(blend(NIGHT, hue.rgb, 0.2 + 0.45 * share), hue.name)


def _halved(cells: list[bytes], field: Boundary, look: Look) -> list[list[Glyph]]:
    """Two rows of the matrix in each row of text: the upper is ink, the lower paper."""
    styles: dict[tuple[int, int], Style] = {}
    canvas = []
    for start in range(0, len(cells), 2):
        upper = cells[start]
        lower = cells[start + 1] if start + 1 < len(cells) else upper
        line: list[Glyph] = []
        for pair in zip(upper, lower, strict=True):
            if pair not in styles:
                top, bottom = (_hue(code, field, look) for code in pair)
                same = pair[0] == pair[1]
                styles[pair] = look.paint(None if same else top, bottom)
            line.append((" " if pair[0] == pair[1] else "▀", styles[pair]))
        canvas.append(line)
    return canvas


def _textured(cells: list[bytes], field: Boundary, look: Look) -> list[list[Glyph]]:
    """One character for each cell of the matrix."""
    known: dict[int, Glyph] = {}
    for code in {code for row in cells for code in row}:
        top = max(field.levels - 1, 1)
        if field.classes:
            index, level = divmod(code, field.levels)
            sign = look.texture(index, level / top)
        else:
            sign = look.shade(code / top)
        style = look.paint(_hue(code, field, look)) if look.has_color else Style(dim=True)
        known[code] = (sign, style)
    return [[known[code] for code in row] for row in cells]


def _place(
    canvas: list[list[Glyph]],
    cells: list[bytes],
    field: Boundary,
    look: Look,
) -> int:
    """Draw the points over the field; return how many lie in cells of another class."""
    placed: list[tuple[bool, int, int, Point, int]] = []
    for point in field.points:
        column = cell(point.x1, field.x1, len(cells[0]))
        row = cell(-point.x2, (-field.x2[1], -field.x2[0]), len(cells))
        if column is None or row is None:
            continue
        code = cells[row][column]
        wrong = bool(field.classes) and code // field.levels != point.target
        placed.append((wrong, row, column, point, code))
    signs: dict[tuple[float, bool, int, bool], Glyph] = {}  # most points are drawn as others are
    # Wrong ones last, so that no right one hides them.
    for wrong, row, column, point, code in sorted(placed, key=lambda one: one[0]):
        line = row * len(canvas) // len(cells)
        kind = point.target, point.is_test, code, wrong
        if kind not in signs:
            signs[kind] = _sign(point, code, wrong, field, look)
        canvas[line][column] = signs[kind]
    return sum(one[0] for one in placed)


def _sign(point: Point, code: int, wrong: bool, field: Boundary, look: Look) -> Glyph:
    """A point's character: the class's glyph, light on its area, inverted where it is wrong."""
    sign = look.glyph(point.target if field.classes else 0, hollow=point.is_test)
    if not look.has_color:
        return sign, Style(bold=True, reverse=wrong or None)
    own = (
        _hue(point.target, field, look) if not field.classes else look.hue(class_hue(point.target))
    )
    if wrong:
        return sign, _wrong_style(point.target, look)
    area = _hue(code, field, look)
    ink = _BLACK if look.color == "16" else Hue(blend(own.rgb, _WHITE.rgb, 0.6), own.name)
    return sign, look.paint(ink, area if look.half_blocks else None, bold=True)


def _wrong_style(index: int, look: Look) -> Style:
    """How a point of a class is drawn that lies on another's side."""
    own = look.hue(class_hue(index))
    return look.paint(Hue(blend(own.rgb, NIGHT, 0.3), own.name), _WHITE, bold=True)


def cell(value: float, limits: tuple[float, float], count: int) -> int | None:
    """In which of `count` cells the value lies; None outside (NaN too)."""
    low, high = limits
    if not (low <= value <= high) or high <= low:
        return None
    return min(int((value - low) / (high - low) * count), count - 1)


def framed(
    canvas: list[list[Glyph]], x1: tuple[float, float], x2: tuple[float, float], look: Look
) -> list[Text]:
    """The canvas with the range of x2 at its left and that of x1 below."""
    dim = Style(dim=True)
    wall = look.pick("│", "|")
    label = {0: short(x2[1]), len(canvas) - 1: short(x2[0])}
    if len(canvas) > 4:
        label[len(canvas) // 2] = "x2"
    rows = [
        Text.assemble((label.get(n, "")[:6].rjust(6) + wall, dim), row_of(line))
        for n, line in enumerate(canvas)
    ]
    columns = len(canvas[0])
    rows.append(Text(" " * 6 + look.pick("└", "+") + look.pick("─", "-") * columns, dim))
    low, high = short(x1[0]), short(x1[1])
    free = columns - len(low) - len(high)
    below = f"{low}{'x1'.center(free) if free >= 4 else ' ' * max(free, 1)}{high}"
    rows.append(Text(" " * _GUTTER + below[:columns], dim))
    return rows


def _legend(field: Boundary, wrong: int, width: int, look: Look) -> list[Text]:
    """What the glyphs and areas mean."""
    parts: list[Text] = []
    top = field.levels - 1
    if field.classes:
        for index, name in enumerate(field.classes):
            area = ""
            if not look.half_blocks:
                area = look.texture(index, 0.0) + look.texture(index, 1.0) + " "
            sign = (f"{look.glyph(index)} ", look.paint(class_hue(index), bold=True))
            parts.append(Text.assemble(sign, area, plain(name, look.ascii)))
    else:
        for level in (0, top):
            ends = _hue(level, field, look)
            end = look.pick("█", "#") if look.has_color else f"'{look.shade(float(level > 0))}'"
            parts.append(
                Text.assemble((end, look.paint(ends)), f" {short(field.values[level > 0])}")
            )
    if any(point.is_test for point in field.points):
        few = "".join(look.glyph(i, hollow=True) for i in range(min(len(field.classes), 3) or 1))
        parts.append(Text(tr(f"{few} test")))
    if wrong and look.has_color:
        some = range(min(len(field.classes), 3))
        signs = ((look.glyph(index), _wrong_style(index, look)) for index in some)
        parts.append(Text.assemble(*signs, tr(" on the wrong side")))
    return wrapped(parts, width, look)
