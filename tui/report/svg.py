"""A page as one SVG: its title, its figures, its drawings two by two."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from xml.sax.saxutils import escape

from tui.language import tr
from tui.renderables.sanitize import plain
from tui.report.colors import variables
from tui.report.document import Block, Chart, Code, Document, Prose, Table
from tui.report.plots import drawn

WIDTH = 800
MARGIN = 24
GAP = 16
COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2
CAPTION = 26
LINE = 20
LETTERS = 100
"""Of a line of text."""
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def page(document: Document) -> str:
    """The whole file."""
    parts: list[str] = []
    y = MARGIN + 22.0
    parts.append(_text(document.title, MARGIN, y, "title"))
    for text, kind in _told(document):
        y += LINE
        parts.append(_text(text, MARGIN, y, kind))
    y += LINE
    row_height = 0.0
    for number, chart in enumerate(document.charts()):
        column = number % 2
        if column == 0:
            y += row_height
        x = MARGIN + column * (COLUMN + GAP)
        parts.append(_text(tr(chart.title), x, y + 16, "caption"))
        placed, height = _placed(chart, number + 1, x, y + CAPTION)
        parts.append(placed)
        row_height = max(height, row_height if column else 0.0)
    height = y + row_height + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}">\n'
        f"<title>{escape(plain(document.title))}</title>\n<style>\n{variables(':root')}"
        "text{font:14px system-ui,sans-serif;fill:var(--ink)}.title{font-size:22px;"
        "font-weight:600}.caption,.strong{font-weight:600}.code{font:12px monospace;"
        "fill:var(--faint)}\n</style>\n"
        f'<rect width="100%" height="100%" style="fill:var(--page)"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _told(document: Document) -> Iterator[tuple[str, str]]:
    """What stands above the drawings, line by line, each with its kind."""
    for block in document.lead:
        yield from _lines(block)
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Code) and block.language == "sh":
                for line in _broken(block.text):
                    yield line, "code"


def _lines(block: Block) -> Iterator[tuple[str, str]]:
    match block:
        case Prose():
            for line in _broken(block.text):
                yield line, "strong" if block.strong else ""
        case Table():
            for row in block.rows:
                pairs = zip(block.titles[1:], row[1:], strict=False)
                told = ", ".join(f"{tr(title)} {cell}" for title, cell in pairs if cell)
                for line in _broken(f"{row[0]}: {told}"):
                    yield line, ""


def _broken(text: str) -> list[str]:
    return textwrap.wrap(plain(text), LETTERS) or [""]


def _placed(chart: Chart, number: int, x: float, y: float) -> tuple[str, float]:
    """The drawing at its place, and the height that it takes with its caption."""
    text = drawn(chart, number)
    found = _BOX.search(text)
    assert found is not None, "matplotlib says how large its drawing is"
    height = COLUMN * float(found[2]) / float(found[1])
    place = f'<svg x="{x:g}" y="{y:g}" width="{COLUMN:g}" height="{height:g}" '
    return text.replace("<svg ", place, 1), height + CAPTION + GAP


def _text(text: str, x: float, y: float, kind: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(plain(text))}</text>'
