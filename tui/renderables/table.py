"""Aligned columns under a rule, never wider than asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.sanitize import crop, fit, fit_end, plain

_GAP = 2

Cell = str | Text


@dataclass(frozen=True)
class Column:
    """One column: its heading and how it gives way when the width does not suffice."""

    title: str
    right: bool = False
    """Align to the right, as numbers are."""
    least: int | None = None
    """The width down to which it may be cut; None: it is never cut."""
    keep_end: bool = False
    """Cut at the beginning: what tells its texts apart is at their end."""
    drop: int = 0
    """Columns are left out from the highest number down; 0: never."""


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    width: int,
    look: Look,
    *,
    footer: Sequence[Sequence[Cell]] = (),
) -> list[Text]:
    """A heading, a rule, the rows, and a footer under a second rule.

    Texts are made safe; a `Text` keeps its style.
    """
    if width <= 0:
        return []
    body = [[_safe(cell, look) for cell in row] for row in rows]
    foot = [[_safe(cell, look) for cell in row] for row in footer]
    head = [Text(plain(column.title, look.ascii), Style(bold=True)) for column in columns]
    natural = [
        max(row[index].cell_len for row in (head, *body, *foot)) for index in range(len(columns))
    ]
    shown, widths = _layout(columns, natural, width)

    def line(cells: Sequence[Text]) -> Text:
        parts = [
            _aligned(cells[index], cell_width, columns[index], look)
            for index, cell_width in zip(shown, widths, strict=True)
        ]
        joined = Text(" " * _GAP).join(parts)
        joined.rstrip()
        return crop(joined, width, look.ascii)

    length = min(sum(widths) + _GAP * (len(widths) - 1), width)
    rule = Text(look.pick("─", "-") * length, Style(dim=True))
    lines = [line(head), rule, *(line(row) for row in body)]
    if foot:
        lines += [rule.copy(), *(line(row) for row in foot)]
    return lines


def _layout(
    columns: Sequence[Column], natural: Sequence[int], width: int
) -> tuple[list[int], list[int]]:
    """Which columns are shown, and how wide: cut first, then left out."""
    shown = list(range(len(columns)))
    while True:
        room = width - _GAP * (len(shown) - 1)
        widths = [natural[index] for index in shown]
        excess = sum(widths) - room
        while excess > 0:
            spare = [
                (widths[place] - least, place)
                for place, index in enumerate(shown)
                if (least := columns[index].least) is not None and widths[place] > least
            ]
            if not spare:
                break
            widest = max(spare)[1]
            widths[widest] -= 1
            excess -= 1
        droppable = [index for index in shown if columns[index].drop > 0]
        if excess <= 0 or not droppable:
            return shown, widths
        shown.remove(max(droppable, key=lambda index: columns[index].drop))


def _safe(cell: Cell, look: Look) -> Text:
    return cell if isinstance(cell, Text) else Text(plain(cell, look.ascii))


def _aligned(cell: Text, width: int, column: Column, look: Look) -> Text:
    if column.keep_end and cell.cell_len > width:
        cell = Text(fit_end(cell.plain, width, look.ascii), cell.style)
    cell = crop(cell, width, look.ascii)
    padding = " " * (width - cell.cell_len)
    return Text.assemble(padding, cell) if column.right else Text.assemble(cell, padding)


def heading(text: str, width: int, look: Look) -> Text:
    """A bold title, cut to the width."""
    return Text(fit(text, width, look.ascii), Style(bold=True))


def wrapped(parts: Sequence[Text], width: int, look: Look, *, gap: int = 3) -> list[Text]:
    """Parts one beside the other, going on in a new row where the width ends."""
    if width <= 0:
        return []
    rows: list[Text] = []
    for part in parts:
        part = crop(part, width, look.ascii)
        if rows and rows[-1].cell_len + gap + part.cell_len <= width:
            rows[-1] = Text.assemble(rows[-1], " " * gap, part)
        else:
            rows.append(part)
    return rows


def sentence(text: str, width: int, look: Look, *, dim: bool = True) -> list[Text]:
    """A remark folded between its words to a width."""
    if width <= 0:
        return []
    lines: list[str] = []
    for word in plain(text, look.ascii).split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(fit(word, width, look.ascii))
    return [Text(line, Style(dim=dim or None)) for line in lines]
