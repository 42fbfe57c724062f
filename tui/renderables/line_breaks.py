"""Where a sentence may be broken: between words, and between the characters of Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

_NOT_FIRST = frozenset("，。、；：？！）》」』】…”’%),.;:?!]}")
_NOT_LAST = frozenset("（《「『【“‘([{")


def breakable(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text that stay whole, each with the space before it."""
    for word in text.split():
        gap = " "
        for part in [word] if word.isascii() else _parts(word):
            yield gap, part
            gap = ""


def _parts(word: str) -> Iterator[str]:
    """A word that has wide characters: each stands alone, but for what belongs to one beside it."""
    part = ""
    for character in word:
        if part and _may_break(part[-1], character):
            yield part
            part = ""
        part += character
    yield part


def _may_break(before: str, after: str) -> bool:
    if before in _NOT_LAST or after in _NOT_FIRST:
        return False
    return cell_len(before) == 2 or cell_len(after) == 2
