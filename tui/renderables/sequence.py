"""What networks do with sequences: attention, states over time, tokens in a plane, what is next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.network.tiles import tile_glyphs
from tui.renderables.numbers import fraction
from tui.renderables.palette import CLASSES, MEASURED, SECONDARY
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import fit, padded, plain
from tui.renderables.table import heading, sentence

if TYPE_CHECKING:  # a renderable loads nothing of the engine
    from engine.runs.pictures import SequenceMap, TokenPlane
    from engine.runs.tile import Tile

_FEW = 12
"""Positions up to which a cell is as large as a character."""
_GAP = 3
_BAR = 30
_LEAST_PLANE = (16, 6)
_HIGHEST_PLANE = 18
_LEAST_MAP = 4
"""Rows from which a part of a map says something."""


def sequence_rows(
    maps: Sequence[SequenceMap], plane: TokenPlane | None, width: int, look: Look
) -> list[Text]:
    """The maps, then the plane, with a row between them."""
    parts = [map_rows(one, width, look) for one in maps]
    if plane is not None:
        parts.append(plane_rows(plane, width, look))
    rows: list[Text] = []
    for part in parts:
        rows += [Text(), *part] if rows and part else part
    return rows


def layer_rows(
    maps: Sequence[SequenceMap],
    plane: TokenPlane | None,
    layer: Sequence[int],
    width: int,
    height: int,
    look: Look,
) -> list[Text]:
    """What a layer, or one in it, does with a sequence; of an embedding its tokens in the plane.

    layer: its address. At most so many rows, and none for other layers.
    """
    if not layer or height < _LEAST_MAP:
        return []
    at = "layers" + "".join(f"[{index}]" for index in layer)
    own = [one for one in maps if f"{one.layer}[".startswith(f"{at}[")]
    rows = sequence_rows(own, None, width, look)
    if plane is not None and plane.layer == at:
        rows += plane_rows(plane, width, look, min(height - 1, _HIGHEST_PLANE))
    if len(rows) <= height:
        return rows
    return [*rows[: height - 1], *sentence("The picture (3) has all of it.", width, look)[:1]]


def map_rows(shown: SequenceMap, width: int, look: Look) -> list[Text]:
    """Heads side by side as far as there is room, others below; tokens at the edges."""
    if width <= 0:
        return []
    titles = (
        (
            tr(f"Attention of {shown.layer}: what each row takes of each column"),
            tr(f"Attention of {shown.layer}"),
        )
        if shown.kind == "attention"
        else (
            tr(f"States of {shown.layer}, position after position"),
            tr(f"States of {shown.layer}"),
        )
    )
    title = next((one for one in titles if cell_len(one) <= width), titles[-1])
    blocks = [_block(tile, shown, look) for tile in shown.tiles]
    wide = max((len(row) for block in blocks for row in block), default=0)
    if not wide or wide > width:
        return [heading(title, width, look), *sentence("Too small to draw it.", width, look)]
    beside = max(1, (width + _GAP) // (wide + _GAP))
    rows = [heading(title, width, look)]
    blank: Glyph = (" ", Style())
    for first in range(0, len(blocks), beside):
        group = blocks[first : first + beside]
        for lines in zip(*group, strict=True):
            glyphs = [g for line in lines for g in (*line, *[blank] * (wide - len(line) + _GAP))]
            rows.append(row_of(glyphs[:width]))
    return rows


def _block(tile: Tile, shown: SequenceMap, look: Look) -> list[list[Glyph]]:
    """One map: a row of tokens, then rows of cells behind theirs."""
    is_large = max(tile.columns, tile.rows) <= _FEW
    scale = 2 if is_large else 1
    pairs = look.half_blocks and not is_large
    high = (tile.rows + 1) // 2 if pairs else tile.rows
    cells = tile_glyphs(tile, scale * tile.columns, high, look, is_spaced=False)
    style = look.paint(SECONDARY)
    marks = [_mark(name, look) for name in shown.edge]
    margin = 3 if shown.kind == "attention" and marks else 0
    head = "".join(padded(mark, scale) for mark in marks)
    rows = [[(one, style) for one in " " * margin + head]] if head else []
    step = 2 if pairs else 1
    for y, line in enumerate(cells):
        own = "".join(marks[step * y : step * y + step]).ljust(margin)[:margin] if margin else ""
        rows.append([*((one, style) for one in own), *line])
    return rows


def _mark(name: str, look: Look) -> str:
    """One character for a token."""
    told = plain(name, look.ascii)
    one = told[:1] or " "
    return one if fit(one, 1, look.ascii) == one else "?"


def plane_rows(
    shown: TokenPlane, width: int, look: Look, height: int = _HIGHEST_PLANE
) -> list[Text]:
    """Each token where its row puts it; of several at one place the first is seen."""
    if width <= 0:
        return []
    title = tr(f"Tokens in the plane ({fraction(shown.share)} of the variance)")
    across = min(width, 4 * height)
    if across < _LEAST_PLANE[0] or height < _LEAST_PLANE[1] or not shown.names:
        return [heading(title, width, look), *sentence("Too small to draw it.", width, look)]
    grid: list[list[Glyph]] = [[(" ", Style())] * across for _ in range(height)]
    taken: set[tuple[int, int]] = set()
    style = look.paint(look.hue(CLASSES[0]))
    names = [fit(name, 4, look.ascii) for name in shown.names]
    size = max(max(map(abs, shown.x)), max(map(abs, shown.y)), 1e-30)
    for name, x, y in zip(names, shown.x, shown.y, strict=True):
        column = round((x / size + 1) / 2 * (across - 4))
        row = round((1 - y / size) / 2 * (height - 1))
        places = [(row, column + n) for n in range(len(name))]
        if taken.intersection(places) or not name.isprintable() or Text(name).cell_len != len(name):
            continue
        taken.update(places)
        for (at, across_at), one in zip(places, name, strict=True):
            grid[at][across_at] = (one, style)
    return [heading(title, width, look), *map(row_of, grid)]


def following_rows(
    following: Sequence[tuple[str, float]], width: int, look: Look, title: str = ""
) -> list[Text]:
    """What comes next, each as a bar of its probability; after the beginning of a line, usually."""
    if width <= 0 or not following:
        return []
    told = fit(title or tr("What a line begins with"), width, look.ascii)
    rows = [heading(told, width, look)]
    room = min(_BAR, max(0, width - 14))
    full = look.pick("█", "#")
    for token, share in following:
        name = {"\n": tr("line end"), " ": tr("space")}.get(token, token)
        known = share if math.isfinite(share) else 0.0
        bar = full * round(min(max(known, 0.0), 1.0) * room)
        told = padded(fit(name, 8, look.ascii), 8)
        row = Text.assemble(told, " ", (bar, look.paint(MEASURED)), " " if bar else "",
                            fraction(share))  # fmt: skip
        row.truncate(width)
        rows.append(row)
    return rows


def invented_rows(invented: tuple[int, int], width: int, look: Look) -> list[Text]:
    """How much of what was written is its own."""
    new, total = invented
    if not total:
        return []
    return sentence(
        tr(f"{new:,} of these {total:,} are its own: the text has none of them."), width, look
    )
