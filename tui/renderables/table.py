"""Aligned columns under a rule, never wider than asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.line_breaks import breakable
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


class Sheet:
    """A table whose rows are made when they are asked for: there may be thousands.

    Texts are made safe; a `Text` keeps its style. No row is wider than asked.
    """

    def __init__(
        self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], look: Look
    ) -> None:
        self._columns = columns
        self._look = look
        self._rows = [[_safe(cell, look) for cell in row] for row in rows]
        self._head = [
            Text(plain(tr(column.title), look.ascii), Style(bold=True)) for column in columns
        ]
        every: list[Sequence[Cell]] = [self._head, *self._rows]
        self._natural = [max(_width(row[index]) for row in every) for index in range(len(columns))]
        self._fitted = (-1, list[int](), list[int]())
        """A width, the columns shown then, and how wide they are."""

    def heading(self, width: int) -> Text:
        """The columns' titles."""
        return self._line(self._head, width)

    def rule(self, width: int) -> Text:
        """A line as long as the rows are wide."""
        _, widths = self._layout(width)
        length = max(0, min(sum(widths) + _GAP * (len(widths) - 1), width))
        return Text(self._look.pick("─", "-") * length, Style(dim=True))

    def row(self, index: int, width: int) -> Text:
        """One of the rows."""
        return self._line(self._rows[index], width)

    def _line(self, cells: Sequence[Cell], width: int) -> Text:
        shown, widths = self._layout(width)
        parts = [
            _aligned(cells[index], cell_width, self._columns[index], self._look)
            for index, cell_width in zip(shown, widths, strict=True)
        ]
        if not any(isinstance(part, Text) for part in parts):  # the most, and quickly done
            joined = Text((" " * _GAP).join(map(str, parts)).rstrip())
        else:
            joined = Text(" " * _GAP).join(
                part if isinstance(part, Text) else Text(part) for part in parts
            )
            joined.rstrip()
        return crop(joined, max(0, width), self._look.ascii)

    def _layout(self, width: int) -> tuple[list[int], list[int]]:
        if self._fitted[0] != width:
            self._fitted = (width, *_layout(self._columns, self._natural, width))
        return self._fitted[1:]


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    width: int,
    look: Look,
    *,
    footer: Sequence[Sequence[Cell]] = (),
) -> list[Text]:
    """A heading, a rule, the rows, and a footer under a second rule; none without room."""
    if width <= 0:
        return []
    sheet = Sheet(columns, [*rows, *footer], look)
    lines = [sheet.row(index, width) for index in range(len(rows) + len(footer))]
    end = len(rows)
    rules = [sheet.rule(width)] if footer else []
    return [sheet.heading(width), sheet.rule(width), *lines[:end], *rules, *lines[end:]]


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


def _safe(cell: Cell, look: Look) -> Cell:
    return cell if isinstance(cell, Text) else plain(cell, look.ascii)


def _width(cell: Cell) -> int:
    return cell.cell_len if isinstance(cell, Text) else cell_len(cell)


def _aligned(cell: Cell, width: int, column: Column, look: Look) -> Cell:
    if column.keep_end and _width(cell) > width:
        cut = fit_end(str(cell), width, look.ascii)
        cell = Text(cut, cell.style) if isinstance(cell, Text) else cut
    cell = crop(cell, width, look.ascii) if isinstance(cell, Text) else fit(cell, width, look.ascii)
    padding = " " * (width - _width(cell))
    if isinstance(cell, Text):
        return Text.assemble(padding, cell) if column.right else Text.assemble(cell, padding)
    return padding + cell if column.right else cell + padding


def heading(text: str, width: int, look: Look) -> Text:
    """A bold title, cut to the width."""
    return Text(fit(tr(text), width, look.ascii), Style(bold=True))


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
    for gap, word in breakable(plain(tr(text), look.ascii)):
        if lines and cell_len(lines[-1]) + len(gap) + cell_len(word) <= width:
            lines[-1] += f"{gap}{word}"
        else:
            lines.append(fit(word, width, look.ascii))
    return [Text(line, Style(dim=dim or None)) for line in lines]
