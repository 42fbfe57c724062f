"""A text that goes on with a prompt: each of its lines, wrapped where it is long."""

from __future__ import annotations

from tui.renderables.look import Look
from tui.renderables.written import continued_rows

LOOK = Look()


def _lines(prompt: str, text: str, width: int) -> list[str]:
    return [row.plain for row in continued_rows(prompt, text, width, LOOK)]


def test_lines_go_on_below() -> None:
    """At the width, whatever stands there; wide characters are two."""
    assert _lines("Ki", "ritimati\nRio", 5) == ["Kirit", "imati", "Rio"]
    assert _lines("", "東京都", 5) == ["東京", "都"]
    assert _lines("", "ab", 0) == []


def test_the_prompt_is_bold() -> None:
    """What was written after it is not."""
    (row,) = continued_rows("Ki", "rit", 20, LOOK)
    assert [(s.start, s.end, bool(getattr(s.style, "bold", False))) for s in row.spans] == [
        (0, 2, True),
        (2, 5, False),
    ]


def test_empty_lines_are_one() -> None:
    """And none at the ends; what would steer a terminal is seen."""
    assert _lines("\n\n", "a\n\n\nb\n\n", 9) == ["a", "", "b"]
    assert _lines("", "a\tb\x1b", 9) == ["a␉b␛"]
