"""Rows of text as cells: what is made by the short way is what rich makes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tui.widgets.rows import row_rendered, strip_of

BASE = Style(color="#ffffff", bgcolor="#101010")
STYLES: list[Style] = [Style(bold=True), Style(color="#ff0000"), Style(bgcolor="#00ff00"), Style()]
NAMED_TOO: list[Style | str] = [*STYLES, "bold red"]


def pieces(chance: random.Random) -> Text:
    """A row of styled pieces behind one another, some without a style, some wide."""
    row = Text(style=chance.choice(STYLES))
    for _ in range(chance.randrange(6)):
        row.append(chance.choice(["▀▄", "x", "汉字", " ", ""]), chance.choice([*STYLES, None]))
    return row


def marked(chance: random.Random) -> Text:
    """A row whose styles overlap, or have names."""
    row = pieces(chance)
    for _ in range(2):
        start, end = sorted(chance.choices(range(len(row) + 1), k=2))
        row.stylize(chance.choice(NAMED_TOO), start, end)
    return row


@pytest.mark.parametrize("make", [pieces, marked])
def test_a_row_becomes_the_cells_that_rich_makes_of_it(
    make: Callable[[random.Random], Text],
) -> None:
    chance, console = random.Random(0), Console()
    for _ in range(300):
        row = make(chance)
        expected = row_rendered(row, BASE, console)
        made = strip_of(row, row.cell_len, BASE, console)
        assert cells(made) == cells(expected)


def cells(segments: Iterable[Segment]) -> list[tuple[str, Style | None]]:
    """Each character with its style, however they are cut into segments."""
    return [(character, segment.style) for segment in segments for character in segment.text]
