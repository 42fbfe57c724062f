"""Lines in ASCII alone."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui.terminal.ascii_lines import AsciiLines, ascii_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ~", "plain ~"),
        ("╭─ é ─╮", "+- e -+"),
        ("│▶ a…▂", "|> a.#"),
        ("猫x", "??x"),
        ("e\u0301", "e"),
        ("\u2603", "?"),
    ],
)
def test_likeness(text: str, expected: str) -> None:
    """Each character has a likeness as wide as it is."""
    assert ascii_text(text) == expected
    assert cell_len(expected) == cell_len(text)


def test_filter_keeps_styles() -> None:
    """Only the text of a segment changes."""
    style = Style(bold=True)
    segments = AsciiLines().apply([Segment("─", style), Segment("a")], Color(0, 0, 0))
    assert segments == [Segment("-", style), Segment("a")]
