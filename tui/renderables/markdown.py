"""Markdown as lessons have it: paragraphs, lists, code, words in bold, italics and as code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.line_breaks import breakable
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION
from tui.renderables.sanitize import fit, plain

_MARK = re.compile(r"(`[^`]+`|\*\*.+?\*\*|\*[^*\s](?:[^*]*[^*\s])?\*)", re.DOTALL)
_BULLET = re.compile(r"\s*(?P<sign>[-*]|\d+\.)\s+")
_FENCE = "```"
_ARROWS = {"↑": "up", "↓": "down", "←": "left", "→": "right", "×": "x", "…": "...", "²": "^2"}
_QUOTES = {"“": '"', "”": '"', "’": "'", "–": "-", "—": "-"}


def markdown(text: str, width: int, look: Look, *, first: str = "") -> list[Text]:
    """The rows of a text, folded between its words; an empty one between its paragraphs.

    first: what stands before the first row, as wide as the others are moved in.
    """
    if width <= 0:
        return []
    rows: list[Text] = []
    was_item = False
    for block in _blocks(text):
        is_item = _BULLET.match(block) is not None
        if rows and not (is_item and was_item):
            rows.append(Text())
        was_item = is_item
        rows += _block(block, width, look, first if not rows else " " * cell_len(first))
    return rows


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, items of lists, and whole fences."""
    lines: list[str] = []
    fenced = False
    for line in text.strip().split("\n"):
        if line.strip().startswith(_FENCE):
            if fenced:
                yield "\n".join([_FENCE, *lines])
            elif lines:
                yield "\n".join(lines)
            lines, fenced = [], not fenced
        elif fenced:
            lines.append(line)
        elif not line.strip() or _BULLET.match(line):
            if lines:
                yield "\n".join(lines)
            lines = [line] if line.strip() else []
        else:
            lines.append(line)
    if lines:
        yield "\n".join(lines)


def _block(block: str, width: int, look: Look, before: str) -> Iterator[Text]:
    if block.startswith(_FENCE):
        for line in block.split("\n")[1:]:
            yield Text(before + fit(line, width - cell_len(before), look.ascii), _code(look))
        return
    bullet = _BULLET.match(block)
    if bullet is not None:
        sign = bullet["sign"] if bullet["sign"][:-1] else look.pick("•", "-")
        before = f"{before}{sign} "
        block = block[bullet.end() :]
    indent = Text(before)
    for row in _folded(_pieces(block, look), width - cell_len(before)):
        yield indent + row
        indent = Text(" " * cell_len(before))


def _pieces(block: str, look: Look) -> Iterator[tuple[str, Style]]:
    """The text in parts of one style each."""
    for part in _MARK.split(block):
        if part.startswith("`") and part.endswith("`") and len(part) > 2:
            yield _shown(part[1:-1], look), _code(look)
        elif part.startswith("**") and part.endswith("**") and len(part) > 4:
            yield _shown(part[2:-2], look), Style(bold=True)
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            yield _shown(part[1:-1], look), Style(italic=True)
        else:
            yield _shown(part, look), Style.null()


def _code(look: Look) -> Style:
    return look.paint(ATTENTION, bold=True)


def _shown(text: str, look: Look) -> str:
    if look.ascii:
        for sign, word in {**_ARROWS, **_QUOTES}.items():
            text = text.replace(sign, word)
    return plain(text.replace("\n", " "), look.ascii)


def _folded(pieces: Iterator[tuple[str, Style]], width: int) -> Iterator[Text]:
    """The parts in rows; a word may be made of parts of several styles."""
    whole = Text()
    for piece, style in pieces:
        whole.append(piece, style)
    start = end = 0
    for _, part in breakable(whole.plain):
        begins = whole.plain.index(part, end)
        if end > start and cell_len(whole.plain[start : begins + len(part)]) > width:
            yield from _cut(whole[start:end], width)
            start = begins
        elif end == start:
            start = begins
        end = begins + len(part)
    if end > start:
        yield from _cut(whole[start:end], width)


def _cut(row: Text, width: int) -> Iterator[Text]:
    """A row in rows of at most so many cells: a single word may be wider."""
    while row.cell_len > max(width, 1):
        count = 1
        while cell_len(row.plain[: count + 1]) <= width:
            count += 1
        head, row = row.divide([count])
        yield head
    yield row
