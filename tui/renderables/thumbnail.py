"""A small picture of a data set: its points, its first images, or how many are in each class."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from engine.parts.data import names_of_inputs
from engine.runs.pictures import Point
from engine.service.protocol.description import Description
from tui.language import tr
from tui.renderables.images import Image, fitting_columns, gallery, largest_columns
from tui.renderables.look import Look
from tui.renderables.numbers import short
from tui.renderables.palette import class_hue
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.table import wrapped

MOST_ROWS = 13
MOST_FEATURES = 6
_BLANK: Glyph = (" ", Style())


def thumbnail(
    description: Description, width: int, look: Look, *, height: int = MOST_ROWS
) -> list[Text]:
    """Points in their plane, images side by side, or the ranges of the features.

    height: rows that the points may take.
    """
    if width < 4:
        return []
    classes = description.known_facts().classes
    if description.points:
        rows = scatter(description.points, min(width, 2 * height), look)
    elif description.images:
        rows = _images(description, width, height, look)
    else:
        rows = _ranges(description, width, look)
    return [*rows, *_counts(classes, description, width, look)]


def scatter(points: Sequence[Point], width: int, look: Look) -> list[Text]:
    """Each point as its class's glyph, in a picture twice as many cells wide as high."""
    height = max(width // 2, 1)
    low1, high1 = min(p.x1 for p in points), max(p.x1 for p in points)
    low2, high2 = min(p.x2 for p in points), max(p.x2 for p in points)
    canvas = [[_BLANK] * width for _ in range(height)]
    for point in points:
        column = _cell(point.x1, low1, high1, width)
        row = height - 1 - _cell(point.x2, low2, high2, height)
        style = look.paint(class_hue(point.target))
        canvas[row][column] = (look.glyph(point.target, hollow=point.is_test), style)
    return [row_of(line) for line in canvas]


def _cell(value: float, low: float, high: float, count: int) -> int:
    share = (value - low) / (high - low) if high > low else 0.5
    return min(int(share * count), count - 1)


def _images(description: Description, width: int, height: int, look: Look) -> list[Text]:
    """The images as large as all of them have room, or one line of them."""
    channels, rows, columns = description.image_shape
    images = [Image(columns, rows, channels, pixels) for pixels in description.images]
    fitting = largest_columns if len(images) == 1 else fitting_columns
    drawn = gallery(images, width, look, columns=fitting(images, width, height))
    return [row for row in drawn if row.plain.strip() or row.spans][:height]


def _ranges(description: Description, width: int, look: Look) -> list[Text]:
    names = names_of_inputs(description.known_facts(), len(description.lowest))
    figures = list(zip(names, description.lowest, description.highest, strict=False))
    rows = [
        Text(fit(f"{name}: {short(low)} to {short(high)}", width, look.ascii), Style(dim=True))
        for name, low, high in figures[:MOST_FEATURES]
    ]
    if len(figures) > MOST_FEATURES:
        more = tr(f"{look.pick('…', '..')} and {len(figures) - MOST_FEATURES} more features")
        rows.append(Text(fit(more, width, look.ascii), Style(dim=True)))
    return rows


def _counts(classes: Sequence[str], description: Description, width: int, look: Look) -> list[Text]:
    parts = [
        Text.assemble(
            (f"{look.glyph(index)} ", look.paint(class_hue(index))),
            f"{plain(name, look.ascii)} {count:,}",
        )
        for index, (name, count) in enumerate(zip(classes, description.class_counts, strict=False))
    ]
    if any(point.is_test for point in description.points):
        parts.append(Text(tr(f"{look.glyph(0, hollow=True)} held back for the test")))
    return [crop(row, width, look.ascii) for row in wrapped(parts, width, look)]
