"""A page as Markdown: tables as tables, drawings as a terminal has them, in blocks of code.

An image in Markdown is another file, and a page is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain, plain_lines
from tui.report.document import (
    Block,
    Chart,
    Code,
    Document,
    Gallery,
    Prose,
    Remark,
    Table,
)
from tui.report.text import drawing_rows

WIDTH = 80
_MEANT = re.compile(r"([\\`*_\[\]<>|~$&#@])|^(\s*(?:[-+]|\d+[.)]))(?=\s)")
"""What Markdown would take for its own: signs anywhere, a list's mark at the beginning."""


def page(document: Document, look: Look) -> str:
    """The whole file."""
    parts = [f"# {_text(document.title)}", *(_block(block, look) for block in document.lead)]
    for section in document.sections:
        parts.append(f"## {_text(tr(section.title))}")
        parts += [_block(block, look) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, look: Look) -> str:
    match block:
        case Chart():
            rows = [row.plain.rstrip() for row in drawing_rows(block, WIDTH, look)]
            drawn = _fenced("\n".join(rows), "text")
            return f"### {_text(tr(block.title))}\n\n{drawn}"
        case Table():
            return _table(block)
        case Prose():
            return f"**{_text(block.text)}**" if block.strong else _text(block.text)
        case Code():
            return _fenced(plain_lines(block.text), block.language)
        case Gallery():
            told = (tr(f"{one.actual} as {one.predicted}") for one in block.pictures)
            return "\n".join(f"- {_text(one)}" for one in told)
        case Remark():
            repair = f"\n\n{_text(tr(f'Repair: {block.repair}.'))}" if block.repair else ""
            head = f"**{_text(tr(block.severity))}** {_text(block.head)}"
            return f"{head}\n\n{_text(block.message)}{repair}"


def _table(table: Table) -> str:
    count = max([len(table.titles), *map(len, table.rows)], default=0)
    titles = [*map(tr, table.titles), *[""] * (count - len(table.titles))]
    sides = [
        "---:" if table.numbers and column >= table.names else "---" for column in range(count)
    ]
    lines = [_row(map(_text, titles)), _row(sides)]
    for number, row in enumerate(table.rows):
        cells = [
            f"**{_text(cell)}**" if (number, column) in table.best and cell else _text(cell)
            for column, cell in enumerate(row)
        ]
        lines.append(_row(cells))
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(text: str, language: str) -> str:
    """Between fences that are longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _text(text: str) -> str:
    """A line in which nothing is Markdown."""
    return _MEANT.sub(lambda found: f"\\{found[0].lstrip()}", plain(text))
