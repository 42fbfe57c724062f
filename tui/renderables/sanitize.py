"""Text that comes from data, made safe to print: nothing in it can move the cursor."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len
from rich.text import Text

_VARIATION_SELECTORS = {"\ufe0e", "\ufe0f"}  # terminals disagree about their width
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MOST_MARKS = 2  # combining marks on one character; more climb over the neighboring rows


def plain(text: str, ascii: bool = False) -> str:
    """The text with whatever controls a terminal made visible: `\\x1b` becomes ␛.

    Control characters become Unicode's pictures of them, direction overrides, joiners and
    lone surrogates their escapes. With `ascii` everything above 127 is escaped too.
    """
    if text.isascii() and text.isprintable():
        return text
    parts: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character in _VARIATION_SELECTORS or (marks > _MOST_MARKS and not ascii):
            continue
        if category in _HIDDEN:
            parts.append(_visible(character, ascii))
        elif ascii and not character.isascii():
            parts.append(_escaped(character))
        else:
            parts.append(character)
    return "".join(parts)


def plain_lines(text: str, ascii: bool = False) -> str:
    """The text made safe line by line: where it breaks into lines it still does."""
    return "\n".join(plain(line, ascii) for line in text.split("\n"))


def fit(text: str, width: int, ascii: bool = False) -> str:
    """The safe text cut to a width in cells, the cut marked by an ellipsis where it fits."""
    safe = plain(text, ascii)
    if cell_len(safe) <= width:
        return safe
    mark = ".." if ascii else "…"
    if width <= len(mark):
        return _head(safe, width)
    return _head(safe, width - len(mark)).rstrip(f" {mark[0]}") + mark  # a text may be cut already


def fit_end(text: str, width: int, ascii: bool = False) -> str:
    """The safe text cut to a width at its beginning, the cut marked where the mark fits."""
    safe = plain(text, ascii)
    if cell_len(safe) <= width:
        return safe
    mark = ".." if ascii else "…"
    if width <= len(mark):
        mark = ""
    while safe and (cell_len(safe) > width - len(mark) or cell_len(safe[0]) == 0):
        safe = safe[1:]  # a mark that combines would stand on the cut
    return mark + safe.lstrip()


def padded(text: str, width: int) -> str:
    """The text with spaces after it, up to a width in cells."""
    return text + " " * (width - cell_len(text))


def crop(row: Text, width: int, ascii: bool = False) -> Text:
    """A row cut to a width in cells, keeping its styles."""
    if row.cell_len <= width:
        return row
    short = fit(row.plain, width, ascii)
    cut = row.copy()
    cut.plain = short
    return cut


def _head(text: str, width: int) -> str:
    """As many of the first characters as fit; combining marks stay with theirs."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:index]
    return text if width > 0 else ""


def _visible(character: str, ascii: bool) -> str:
    code = ord(character)
    if not ascii and code < 0x20:
        return chr(0x2400 + code)
    if not ascii and code == 0x7F:
        return "␡"
    return _escaped(character)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
