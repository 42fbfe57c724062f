"""Lets only those cells through to the terminal that differ from what it shows.

Textual paints a widget's row from its left edge whatever changed in it; over SSH that is most
of what would be sent.
"""

from __future__ import annotations

import re
import sys

from rich.cells import cell_len

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<style>[\d;]*)m"
    r"|(?P<line>\r?\n)"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]|\x1bP(?:[^\x1b]|\x1b[^\\])*(?:\x1b\\)?"  # wraps others
    r"|\x1b[\]_^][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.|.)",
    re.DOTALL,
)
_WIPES = re.compile(r"\x1b\[(?:\?(?:1049|47|1047)[hl]|[0-3]?J)|\x1bc")
"""Sequences after which the screen shows something else."""
_NOTHING = ("", "")
_FAR = 4
"""Unchanged cells that are written anew rather than jumped over, in one style."""


class Painter:
    """Remembers what a terminal shows. Not for two threads at once."""

    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[str, str]]] = {}
        """By row from 1: each column's character and style; `_NOTHING` where it is not known."""
        self._at: tuple[int, int] | None = None
        """Row and column of the terminal's cursor, counted from 1."""
        self._style = ""
        """What the terminal writes in."""
        self._columns = self._lines = sys.maxsize

    def forget(self, columns: int | None = None, lines: int | None = None) -> None:
        """The terminal shows something else now, and may be of another size: paint what comes."""
        self._rows.clear()
        self._at = None
        self._columns = columns or self._columns
        self._lines = lines or self._lines

    def changes(self, painted: str) -> str:
        """What of the painted text is to be sent."""
        sent: list[str] = []
        row = column = 0
        style = ""
        for token in _TOKEN.finditer(painted):
            kind = token.lastgroup
            if kind == "column":
                row, column = int(token["row"]), int(token["column"])
            elif kind == "style":
                style = "" if token["style"] in ("", "0") else token["style"]
            elif kind == "line":
                column = 1  # each line begins with a move: where it ends does not matter
            elif kind == "text" and row:
                column = self._text(token["text"], row, column, style, sent)
            else:
                self._other(token[0], sent)
        if (row, column) != self._at and row:  # where an input method opens its window
            self._move(row, column, sent)
        if self._style:
            sent.append("\x1b[0m")
            self._style = ""
        return "".join(sent)

    def _text(self, text: str, row: int, column: int, style: str, sent: list[str]) -> int:
        """Send what differs of a text in one style; returns the column after it.

        What was made for a larger screen is cut: a terminal heaps it up in its last column.
        """
        room = self._columns + 1 - column
        if row > self._lines or room <= 0:
            return column
        if len(text) > room:
            text = text[:room]
        cells = self._rows.setdefault(row, [])
        width = len(text) if text.isascii() else cell_len(text)
        end = column + width
        if len(cells) < end:
            cells += [_NOTHING] * (end - len(cells))
        if width != len(text):  # wide and combining characters: as they are
            self._write(text, row, column, style, sent)
            cells[column:end] = [_NOTHING] * width
            self._at = None  # terminals disagree about where they end
            return end
        new = [(character, style) for character in text]
        if cells[column:end] != new:
            for start, stop in _runs(cells[column:end], new):
                self._write(text[start:stop], row, column + start, style, sent)
            cells[column:end] = new
        return end

    def _write(self, text: str, row: int, column: int, style: str, sent: list[str]) -> None:
        if self._at != (row, column):
            self._move(row, column, sent)
        if style != self._style:
            sent.append(f"\x1b[0;{style}m" if style else "\x1b[0m")
            self._style = style
        sent.append(text)
        self._at = row, column + len(text)

    def _move(self, row: int, column: int, sent: list[str]) -> None:
        if self._at is not None and self._at[0] == row and column > self._at[1]:
            sent.append(f"\x1b[{column - self._at[1]}C")
        else:
            sent.append(f"\x1b[{row};{column}H")
        self._at = row, column

    def _other(self, sequence: str, sent: list[str]) -> None:
        """Pass on what paints nothing, in its place."""
        if _WIPES.fullmatch(sequence):
            self.forget()
        sent.append(sequence)


def _runs(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[int, int]]:
    """Where they differ, as (start, stop); near ones joined."""
    found: list[tuple[int, int]] = []
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            if found and index - found[-1][1] <= _FAR:
                found[-1] = found[-1][0], index + 1
            else:
                found.append((index, index + 1))
    return found
