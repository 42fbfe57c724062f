"""One unit's tile as characters: half blocks where there is color, else textures."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style

from tui.renderables.look import Look
from tui.renderables.palette import (
    ATTENTION,
    BROKEN,
    MEASURED,
    NEGATIVE,
    NIGHT,
    POSITIVE,
    SECONDARY,
    Hue,
    blend,
    class_hue,
)
from tui.renderables.runs import Glyph

if TYPE_CHECKING:  # a renderable loads nothing of the engine
    from engine.runs.tile import Tile

LEVELS = 6
"""As engine.runs.inside has them: a signed cell is this for zero."""
FINE = 255
SHADES = 3
"""From zero to the largest value: few, so that runs are long and frames small."""
EMPTY = Hue(NIGHT, "black")


class Pixel(NamedTuple):
    """One cell of a tile."""

    hue: Hue
    sign: str
    """What stands for it where there are no half blocks."""


Pixels = list[list[Pixel]]


def tile_glyphs(
    tile: Tile | None,
    columns: int,
    rows: int,
    look: Look,
    *,
    value: float | None = None,
    is_silenced: bool = False,
    is_spaced: bool = True,
) -> list[list[Glyph]]:
    """A tile in so many characters; is_spaced: the last half row is left free.

    value: -1 to 1, in place of a tile: of what is one number. A tile of other cells than there is
    room for is thinned out, or its cells are repeated.
    """
    if columns < 1 or rows < 1:
        return []
    high = _height(rows, look, is_spaced=is_spaced)
    if is_silenced:
        return _struck(columns, rows, high, look)
    if value is not None:
        pixel = _signed(_shade(value), look)
        return _glyphs([[pixel] * columns] * high, rows, look)
    if tile is None or not tile.cells:
        return _glyphs([[Pixel(EMPTY, " ")] * columns] * high, rows, look)
    if tile.low is None or tile.high is None:
        return _said("nan", columns, rows, look)
    return _glyphs(_pixels(tile, columns, high, look), rows, look)


def _height(rows: int, look: Look, *, is_spaced: bool) -> int:
    """The pixels that so many rows of text hold, one above the other."""
    if look.half_blocks:
        return 2 * rows - 1 if is_spaced else 2 * rows
    return rows - 1 if is_spaced and rows > 1 else rows


def _pixels(tile: Tile, columns: int, high: int, look: Look) -> Pixels:
    match tile.kind:
        case "curve":
            return _curve(tile, columns, high, look)
        case "histogram" if tile.rows == 1:
            return _bars(tile, columns, high, look)
        case "histogram":
            return _classes(tile, columns, high, look)
        case "saliency":
            return [[_glow(cell, look) for cell in row] for row in _thinned(tile, columns, high)]
    return [
        [_signed(_step(cell - LEVELS), look) for cell in row]
        for row in _thinned(tile, columns, high)
    ]


def _thinned(tile: Tile, columns: int, high: int) -> list[list[int]]:
    """The cells at so many places."""
    across = [x * tile.columns // columns for x in range(columns)]
    return [
        [tile.cells[y * tile.rows // high * tile.columns + x] for x in across] for y in range(high)
    ]


def _step(signed: int) -> int:
    """One of LEVELS on either side as one of SHADES: only zero itself is quiet."""
    step = (abs(signed) * SHADES + LEVELS - 1) // LEVELS
    return step if signed > 0 else -step


def _shade(value: float) -> int:
    return _step(round(max(-1.0, min(1.0, value)) * LEVELS))


@lru_cache(maxsize=256)
def _signed(step: int, look: Look) -> Pixel:
    """From the dark to orange or blue."""
    if not step:
        return Pixel(EMPTY, " ")
    end = look.hue(POSITIVE if step > 0 else NEGATIVE)
    share = abs(step) / SHADES
    name = end.name if abs(step) > 1 else "bright_black"
    sign = look.texture(1 if step > 0 else 0, share)
    return Pixel(Hue(blend(NIGHT, end.rgb, 0.1 + 0.85 * share), name), sign)


@lru_cache(maxsize=256)
def _of_class(index: int, step: int, look: Look) -> Pixel:
    if not step:
        return Pixel(EMPTY, " ")
    end = look.hue(class_hue(index))
    share = step / SHADES
    return Pixel(Hue(blend(NIGHT, end.rgb, share), end.name), look.texture(index, share))


@lru_cache(maxsize=16)
def _measured(look: Look) -> Pixel:
    return Pixel(Hue(blend(NIGHT, MEASURED.rgb, 0.8), MEASURED.name), look.shade(1.0))


def _glow(cell: int, look: Look) -> Pixel:
    share = _fine_step(cell) / SHADES
    name = ATTENTION.name if share > 0.5 else "bright_black" if share else "black"
    return Pixel(Hue(blend(NIGHT, ATTENTION.rgb, share), name), look.shade(share))


def _fine_step(cell: int) -> int:
    return math.ceil(cell * SHADES / FINE)


def _curve(tile: Tile, columns: int, high: int, look: Look) -> Pixels:
    """The area between zero and the value, blue above and orange below."""
    assert tile.low is not None and tile.high is not None, "what is not finite is said"  # noqa: PT018  # of one thing
    bottom, top = min(float(tile.low), 0.0), max(float(tile.high), 0.0)
    span = (top - bottom) or 1.0
    pixels = [[Pixel(EMPTY, " ")] * columns for _ in range(high)]
    zero = (top / span) * high
    for x in range(columns):
        cell = tile.cells[x * tile.columns // columns]
        value = float(tile.low) + (float(tile.high) - float(tile.low)) * cell / FINE
        at = (top - value) / span * high
        first, last = sorted((at, zero))
        step = SHADES if value > 0 else -SHADES
        for y in range(math.floor(first), max(math.ceil(last), math.floor(first) + 1)):
            if 0 <= y < high:
                pixels[y][x] = _signed(step, look)
    return pixels


def _bars(tile: Tile, columns: int, high: int, look: Look) -> Pixels:
    """How many lie where, as bars."""
    pixels = [[Pixel(EMPTY, " ")] * columns for _ in range(high)]
    for x in range(columns):
        tall = math.ceil(tile.cells[x * tile.columns // columns] / FINE * high)
        for y in range(high - tall, high):
            pixels[y][x] = _measured(look)
    return pixels


def _classes(tile: Tile, columns: int, high: int, look: Look) -> Pixels:
    """A row for each class; of several that share one the fullest is seen."""
    pixels = []
    for y in range(high):
        first = y * tile.rows // high
        group = range(first, max((y + 1) * tile.rows // high, first + 1))
        line = []
        for x in range(columns):
            at = x * tile.columns // columns
            fullest = max(group, key=lambda row: tile.cells[row * tile.columns + at])
            step = _fine_step(tile.cells[fullest * tile.columns + at])
            line.append(_of_class(fullest, step, look))
        pixels.append(line)
    return pixels


def _glyphs(pixels: Pixels, rows: int, look: Look) -> list[list[Glyph]]:
    if not look.half_blocks:
        lines = [[_texture(pixel, look) for pixel in line] for line in pixels]
        blank: list[Glyph] = [(" ", Style())] * len(pixels[0])
        return lines + [blank] * (rows - len(lines))
    out = []
    for y in range(rows):
        upper = pixels[2 * y]
        lower = pixels[2 * y + 1] if 2 * y + 1 < len(pixels) else None
        out.append([_half(one, lower[x] if lower else None, look) for x, one in enumerate(upper)])
    return out


def _half(upper: Pixel, lower: Pixel | None, look: Look) -> Glyph:
    if lower is None:
        return "▀", _style(upper.hue, None, look)
    if upper.hue == lower.hue:
        return " ", _style(None, lower.hue, look)
    return "▀", _style(upper.hue, lower.hue, look)


@lru_cache(maxsize=2048)
def _style(ink: Hue | None, paper: Hue | None, look: Look) -> Style:
    # on a light page, too, a picture keeps its own colors
    return look.paint(ink, paper or (EMPTY if ink is None else None))


def _texture(pixel: Pixel, look: Look) -> Glyph:
    return pixel.sign, look.paint(pixel.hue if look.has_color else None)


def _struck(columns: int, rows: int, high: int, look: Look) -> list[list[Glyph]]:
    """A unit that is silenced: struck out."""
    lines = high if not look.half_blocks else (high + 1) // 2
    stroke: Glyph = (look.pick("╱", "/"), look.paint(SECONDARY))
    blank: Glyph = (" ", Style())
    return [[stroke] * columns if y < lines else [blank] * columns for y in range(rows)]


def _said(word: str, columns: int, rows: int, look: Look) -> list[list[Glyph]]:
    """A word in the middle of a tile that can't be drawn."""
    style = look.paint(BROKEN)
    lines = [word[:columns].center(columns) if y == rows // 2 else " " * columns
             for y in range(rows)]  # fmt: skip
    return [[(character, style) for character in line] for line in lines]
