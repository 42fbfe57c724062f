"""Small images side by side: half blocks where there is color, else shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.palette import RGB, Hue
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import fit
from tui.renderables.table import sentence

_STEP = 17  # brightness is drawn in 16 steps: longer runs, fewer bytes
_GAP = 2
MOST_COLUMNS, LEAST_COLUMNS = 28, 8


@dataclass(frozen=True)
class Image:
    """A grey or RGB image, as a tensor (channels, rows, columns) of uint8 lies in memory."""

    columns: int
    rows: int
    channels: int
    """1 or 3."""
    pixels: Sequence[int] | memoryview
    """channels × rows × columns values 0..255, channel after channel."""
    caption: str = ""


def largest_columns(images: Sequence[Image], width: int, height: int) -> int:
    """The same where few images are all there is to see: as wide as the room is."""
    return fitting_columns(images, width, height, most=max(width, LEAST_COLUMNS))


def fitting_columns(
    images: Sequence[Image], width: int, height: int, *, most: int = MOST_COLUMNS
) -> int:
    """How wide each image may be for all of them to have room, or one line of them at least."""
    widths = range(most, LEAST_COLUMNS - 1, -1)
    for columns in widths:
        if _height(images, columns, width) <= height:
            return columns
    for columns in widths:
        if _height(images[:1], columns, width) <= height:
            return columns
    return LEAST_COLUMNS


def _height(images: Sequence[Image], columns: int, width: int) -> int:
    """The rows that images of this width take; images: all of one size."""
    if not images:
        return 0
    first = images[0]
    used = min(first.columns, columns)
    block = max(used, *(cell_len(image.caption) for image in images)) + _GAP
    lines = -(-len(images) // max(1, (width + _GAP) // block))
    each = -(-max(1, round(first.rows * used / first.columns)) // 2) + 1
    return lines * each + lines - 1


def gallery(
    images: Sequence[Image], width: int, look: Look, *, columns: int = MOST_COLUMNS
) -> list[Text]:
    """The images, each at most `columns` wide, with their captions below."""
    if width <= 0:
        return []
    if width < 4:
        return sentence("Too narrow.", width, look)
    drawn = [_drawn(image, min(columns, width), width, look) for image in images if _sound(image)]
    rows: list[Text] = []
    line: list[list[Text]] = []
    for block in drawn:
        used = sum(_wide(one) + _GAP for one in line)
        if line and used + _wide(block) > width:
            rows += [*_beside(line), Text()]
            line = []
        line.append(block)
    return rows + _beside(line)


def strip(images: Sequence[Image], width: int, look: Look, *, columns: int, gap: int) -> list[Text]:
    """One line of images, each so many columns wide at most and without its caption."""
    if width < min(columns, LEAST_COLUMNS):
        return []
    columns = min(columns, width)
    drawn = [_drawn(image, columns, columns, look)[:-1] for image in images if _sound(image)]
    kept = drawn[: max(1, (width + gap) // (columns + gap))]
    space = Text(" " * gap)
    return [space.join(line) for line in zip(*kept, strict=True)]


def _sound(image: Image) -> bool:
    size = image.columns * image.rows * image.channels
    return image.channels in (1, 3) and size > 0 and len(image.pixels) >= size


def _drawn(image: Image, most: int, width: int, look: Look) -> list[Text]:
    """One image as rows of equal width, its caption as the last row, which may be the widest."""
    columns = min(image.columns, most)
    rows = max(1, round(image.rows * columns / image.columns))
    grid = [
        [_mean(image, column, row, columns, rows) for column in range(columns)]
        for row in range(rows)
    ]
    out = []
    for line in range((rows + 1) // 2):
        upper = grid[2 * line]
        lower = grid[2 * line + 1] if 2 * line + 1 < rows else upper
        out.append(row_of(_glyph(a, b, look) for a, b in zip(upper, lower, strict=True)))
    caption = fit(image.caption, width, look.ascii)
    wide = max(columns, cell_len(caption))
    for row in out:
        row.append(" " * (wide - columns))
    return [*out, Text(caption + " " * (wide - cell_len(caption)), Style(bold=True))]


def _glyph(upper: RGB, lower: RGB, look: Look) -> Glyph:
    """Two pixels, one above the other, as one character."""
    if look.half_blocks:
        top, bottom = _hue(upper), _hue(lower)
        if top == bottom:
            return " ", look.paint(paper=bottom)
        return "▀", look.paint(top, bottom)
    return look.shade((_brightness(upper) + _brightness(lower)) / 510), Style()


def _hue(color: RGB) -> Hue:
    red, green, blue = (min(round(part / _STEP) * _STEP, 255) for part in color)
    bright = _brightness(color)
    names = ("black", "bright_black", "white", "bright_white")
    return Hue((red, green, blue), names[min(int(bright / 64), 3)])


def _brightness(color: RGB) -> float:
    """Luma after Rec. 601, 0..255."""
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def _mean(image: Image, column: int, row: int, columns: int, rows: int) -> RGB:
    """The mean color of the pixels that fall on one cell of the smaller grid."""
    left = column * image.columns // columns
    right = max(left + 1, (column + 1) * image.columns // columns)
    top = min(row * image.rows // rows, image.rows - 1)
    bottom = min(max(top + 1, (row + 1) * image.rows // rows), image.rows)
    values = []
    for channel in range(image.channels):
        start = channel * image.rows * image.columns
        total = sum(
            image.pixels[start + y * image.columns + x]
            for y in range(top, bottom)
            for x in range(left, right)
        )
        values.append(min(max(total // ((bottom - top) * (right - left)), 0), 255))
    red, green, blue = values if len(values) == 3 else values * 3
    return red, green, blue


def _wide(block: Sequence[Text]) -> int:
    return max(row.cell_len for row in block)


def _beside(blocks: Sequence[Sequence[Text]]) -> list[Text]:
    """Blocks of rows next to each other, their captions (the last rows) on one line."""
    if not blocks:
        return []
    height = max(len(block) for block in blocks)
    rows = []
    for line in range(height):
        parts: list[Text] = []
        for block in blocks:
            blank = Text(" " * _wide(block))
            picture, caption = block[:-1], block[-1]
            if line == height - 1:
                parts.append(caption)
            else:
                parts.append(picture[line] if line < len(picture) else blank)
        row = Text(" " * _GAP).join(parts)
        rows.append(row)
    return rows
