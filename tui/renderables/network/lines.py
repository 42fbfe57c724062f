"""Lines between two columns, for weights: Braille where there is any, else strokes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.style import Style

from tui.renderables.look import Look
from tui.renderables.palette import NEGATIVE, NIGHT, POSITIVE, Hue, blend
from tui.renderables.runs import Glyph

SHADES = 3
"""From a weight that is next to nothing, which has no line, to the largest."""
FAINT = 0.15
"""Of the largest weight: what is less has no line of its own."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of a Braille character, by row and column."""
_PERIOD, _DASH = 4, 2
"""Dots of a negative weight's line: two of four are seen."""


class Line(NamedTuple):
    """From a row of characters at the left to one at the right."""

    start: int
    end: int
    weight: float
    """-1 to 1 of the largest."""
    is_chosen: bool = True
    """Whether it leads to or from what is chosen; the others are pale."""


def lane(
    lines: Iterable[Line], width: int, height: int, look: Look
) -> dict[tuple[int, int], Glyph]:
    """The characters by column and row; of lines that cross, the heaviest has its color there."""
    if width < 1 or height < 1:
        return {}
    heaviest_last = sorted(lines, key=lambda line: (line.is_chosen, abs(line.weight)))
    drawn = [line for line in heaviest_last if step_of(line.weight)]
    if look.ascii or look.console:
        return _strokes(drawn, width, height, look)
    return _braille(drawn, width, height, look)


def step_of(weight: float) -> int:
    """How heavy a line is, 0 (none) to SHADES, with the weight's sign."""
    size = abs(weight)
    if not size >= FAINT:  # nan neither
        return 0
    step = 1 if size < 0.4 else 2 if size < 0.75 else SHADES
    return step if weight > 0 else -step


@lru_cache(maxsize=64)
def line_style(step: int, look: Look, *, is_chosen: bool = True) -> Style:
    """The color of a weight, the paler the smaller."""
    end = look.hue(POSITIVE if step > 0 else NEGATIVE)
    share = (0.55 + 0.15 * abs(step)) * (1.0 if is_chosen else 0.55)
    name = end.name if is_chosen else "bright_black"
    hue = Hue(blend(NIGHT, end.rgb, share), name)
    return look.paint(hue, bold=is_chosen and abs(step) == SHADES)


def mark(weight: float, look: Look) -> Glyph:
    """A weight beside a tile, where no line leads to it."""
    step = step_of(weight)
    if not step:
        return " ", Style()
    heavy = abs(step) > 1
    positive = look.pick("━" if heavy else "─", "#" if heavy else "-")
    negative = look.pick("┅" if heavy else "┄", ":" if heavy else ".")
    return (positive if step > 0 else negative), line_style(step, look)


def _braille(
    lines: Iterable[Line], width: int, height: int, look: Look
) -> dict[tuple[int, int], Glyph]:
    dots: dict[tuple[int, int], int] = {}
    styles: dict[tuple[int, int], Style] = {}
    for line in lines:
        step = step_of(line.weight)
        style = line_style(step, look, is_chosen=line.is_chosen)
        thick = 2 if abs(step) == SHADES else 1
        start, end = 4 * line.start + 1, 4 * line.end + 1
        count = max(2 * width, abs(end - start))  # a steep one has a dot in every row
        for at in range(count):
            if step < 0 and at % _PERIOD >= _DASH:
                continue
            x = at * 2 * width // count
            y = start + round((end - start) * (at + 0.5) / count)
            for dot in range(y, y + thick):
                cell = x // 2, dot // 4
                if 0 <= cell[1] < height:
                    dots[cell] = dots.get(cell, 0) | _DOTS[dot % 4][x % 2]
                    styles[cell] = style
    return {cell: (chr(0x2800 + bits), styles[cell]) for cell, bits in dots.items()}


def _strokes(
    lines: Iterable[Line], width: int, height: int, look: Look
) -> dict[tuple[int, int], Glyph]:
    cells: dict[tuple[int, int], Glyph] = {}
    for line in lines:
        step = step_of(line.weight)
        style = line_style(step, look, is_chosen=line.is_chosen)
        before = line.start
        for x in range(width):
            y = line.start + round((line.end - line.start) * (x + 0.5) / width)
            if not (step < 0 and x % 2) and 0 <= y < height:
                cells[x, y] = _stroke(y - before, step), style
            before = y
    return cells


def _stroke(fall: int, step: int) -> str:
    if step < 0:
        return ":" if step < -1 else "."
    if fall:
        return "\\" if fall > 0 else "/"
    return "=" if step == SHADES else "-"
