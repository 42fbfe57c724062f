"""Rows made of single characters, in as few styled runs as possible: fewer bytes to send."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from rich.style import Style
from rich.text import Span, Text

Glyph = tuple[str, Style]


def row_of(glyphs: Iterable[Glyph]) -> Text:
    """One row from (character, style) pairs; neighbors of the same style become one run."""
    runs: list[str] = []
    spans: list[Span] = []
    at = 0
    for style, run in groupby(glyphs, key=itemgetter(1)):
        runs.append("".join([character for character, _ in run]))
        spans.append(Span(at, at + len(runs[-1]), style))
        at = spans[-1].end
    return Text("".join(runs), spans=spans)
