"""Draws whatever widgets draw with ASCII alone: borders, scrollbars, marks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.renderables.look import on_console

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("─━═╌╍┄┅┈┉╴╶╸╺⎺⎻⎼⎽▁▔🭶🭷", "-"),
        **dict.fromkeys("│┃║╎╏┆┇┊┋╵╷╹╻▏▕▎▊▌▐", "|"),
        **dict.fromkeys("█▇▆▅▄▃▂▀▉▋▍▓", "#"),
        **dict.fromkeys("░▒", ":"),
        **dict.fromkeys("•●◉◆■▪⬤", "*"),
        **dict.fromkeys("○◌◯◇□", "o"),
        **dict.fromkeys("·∙", "."),
        **dict.fromkeys("▶▸►→❯›»", ">"),
        **dict.fromkeys("◀◂◄←❮‹«", "<"),
        **dict.fromkeys("▲▴↑⌃", "^"),
        **dict.fromkeys("▼▾↓⌄", "v"),
        **dict.fromkeys("✓✔", "x"),
        **dict.fromkeys("✗✘✕✖×", "x"),
        **dict.fromkeys("–—−‐", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        "…": ".",
        "❄": "*",
        "⌫": "<",
        "⏎": ">",
        "␛": "^",
    }
)


class AsciiLines(LineFilter):
    """Puts a likeness of as many cells in the place of every other character."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else segment._replace(text=ascii_text(segment.text))
            for segment in segments
        ]


class ConsoleLines(LineFilter):
    """Leaves what a Linux console's font has, and square corners; else as AsciiLines does."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else segment._replace(text=console_text(segment.text))
            for segment in segments
        ]


_SQUARE = str.maketrans("╭╮╰╯╴╶╸╺╵╷╹╻━┃┏┓┗┛▊▎▔▁", "┌┐└┘────││││─│┌┐└┘▌▌▀▄")


@lru_cache(maxsize=4096)
def console_text(text: str) -> str:
    """The text as a Linux console can show it, as many cells wide."""
    return "".join(
        character if on_console(character) else ascii_text(character)
        for character in text.translate(_SQUARE)
    )


@lru_cache(maxsize=4096)
def ascii_text(text: str) -> str:
    """The text in ASCII, as many cells wide: `╭─╮` becomes `+-+`, what is unknown `?`."""
    return "".join(
        character if character.isascii() else _alike(character)
        for character in text.translate(_ALIKE)
    )


def _alike(character: str) -> str:
    width = cell_len(character)
    if unicodedata.name(character, "").startswith("BOX DRAWINGS"):
        return "+" * width
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return bare if width and len(bare) == width else "?" * width
