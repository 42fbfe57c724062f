"""Rows made of single characters, in as few styled runs as possible: fewer bytes to send."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.style import Style
from rich.text import Text

Glyph = tuple[str, Style]


def row_of(glyphs: Iterable[Glyph]) -> Text:
    """One row from (character, style) pairs; neighbors of the same style become one run."""
    row = Text()
    for style, run in groupby(glyphs, key=lambda glyph: glyph[1]):
        row.append("".join(character for character, _ in run), style)
    return row
