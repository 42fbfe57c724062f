"""Many small pictures side by side, each with a line of words above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.renderables.boundary import field_rows
from tui.renderables.look import Look
from tui.renderables.sanitize import fit, plain

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Boundary

GAP = 2
LEAST, MOST = 10, 24
"""Columns of one picture."""


@dataclass(frozen=True)
class Small:
    """One picture."""

    title: str
    boundary: Boundary | None
    """None where there is none yet."""
    is_marked: bool = False


def tile_size(count: int, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of each of so many pictures, as large as lets all be seen at once.

    Characters are about twice as high as wide; where not even the smallest have room, the
    smallest are drawn, as many as there is room for.
    """
    for columns in range(min(MOST, max(LEAST, width)), LEAST - 1, -2):
        across = max(1, (width + GAP) // (columns + GAP))
        rows = columns // 2
        if -(-count // across) * (rows + 2) <= height + 1:
            return columns, rows
    return LEAST, LEAST // 2


def small_multiples(pictures: Sequence[Small], width: int, height: int, look: Look) -> list[Text]:
    """The pictures, row by row; what has no room is left out at the end."""
    if width < LEAST or height < LEAST // 2 + 1:
        return []
    columns, rows = tile_size(len(pictures), width, height)
    across = max(1, (width + GAP) // (columns + GAP))
    found: list[Text] = []
    for start in range(0, len(pictures), across):
        if len(found) + rows + 1 > height:
            break
        tiles = [_tile(one, columns, rows, look) for one in pictures[start : start + across]]
        for line in zip(*tiles, strict=True):
            row = Text()
            for place, part in enumerate(line):
                row.append(" " * (place * (columns + GAP) - row.cell_len)).append_text(part)
            found.append(row)
        found.append(Text())
    return found


def _tile(one: Small, columns: int, rows: int, look: Look) -> list[Text]:
    title = fit(plain(one.title, look.ascii), columns, look.ascii)
    head = Text(title, Style(bold=one.is_marked or None, dim=not one.is_marked or None))
    body = [] if one.boundary is None else field_rows(one.boundary, columns, rows, look)
    body += [Text(look.pick("·", ".").center(columns), Style(dim=True))] * (rows - len(body))
    return [head, *body]
