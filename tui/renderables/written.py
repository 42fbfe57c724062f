"""A text that a network wrote, line by line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import fit, plain


def written_rows(text: str, width: int, look: Look) -> list[Text]:
    """Each line in a row, cut to the width; empty ones left out."""
    return [Text(fit(line, width, look.ascii)) for line in text.split("\n") if line.strip()]


def continued_rows(prompt: str, text: str, width: int, look: Look) -> list[Text]:
    """A prompt in bold, and what was written after it: every line, going on below where it is long.

    Of empty lines in a row one is left, and none at the ends.
    """
    if width <= 0:
        return []
    rows: list[list[Glyph]] = [[]]
    used = 0
    for number, one in enumerate(prompt + text):
        if one == "\n":
            rows.append([])
            used = 0
            continue
        style = Style(bold=True) if number < len(prompt) else Style()
        for sign in plain(one, look.ascii):
            if used + cell_len(sign) > width:
                rows.append([])
                used = 0
            rows[-1].append((sign, style))
            used += cell_len(sign)
    told = [row for n, row in enumerate(rows) if row or (n and rows[n - 1])]
    while told and not told[-1]:
        told.pop()
    while told and not told[0]:
        told = told[1:]
    return [row_of(row) for row in told]
