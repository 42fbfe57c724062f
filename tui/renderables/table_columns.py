"""A table that is looked at: its columns, and everything doubtful about it."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from engine.parts.data.sheet.inspection import becomes, kinds_text, reading
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.table import Table
from tui.language import listed, tr
from tui.renderables.findings import HUES
from tui.renderables.look import Look
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import Column, heading, sentence, table

MOST_COLUMNS = 60
"""Columns that are listed before the rest is only counted."""
MOST_REMARKS = 30
_INDENT = 2


def table_rows(
    name: str, found: Table, width: int, look: Look, *, every: bool = False
) -> list[Text]:
    """How a file was read, its columns, and what is doubtful; every: list all columns."""
    count = len(found.columns)
    columns = tr("1 column") if count == 1 else tr(f"{count:,} columns")
    rows = [heading(f"{name}: {found.rows:,} rows, {columns}", width, look)]
    for text in (f"{kinds_text(found)}.", tr(f"Read as {listed(reading(found))}.")):
        rows += sentence(text, min(width, 90), look)
    rows.append(Text())
    shown = found.columns if every else found.columns[:MOST_COLUMNS]
    rows += table(
        (
            Column("Column", least=8),
            Column("Kind"),
            Column("Missing", right=True, drop=1),
            Column("Becomes", least=10, drop=2),
            Column("Examples", least=8, drop=3),
        ),
        [
            (
                column.name,
                tr(column.kind),
                f"{column.missing:,}" if column.missing else "",
                tr(becomes(column)),
                ", ".join(column.examples),
            )
            for column in shown
        ],
        width,
        look,
    )
    if len(shown) < count:
        more = tr(f"… and {count - len(shown):,} columns more; --all lists them")
        rows.append(Text(plain(more, look.ascii)))
    if found.remarks:
        rows += [Text(), heading("Doubtful", width, look)]
        told = found.remarks if every else found.remarks[:MOST_REMARKS]
        for remark in told:
            rows += _remark(remark, min(width, 90), look)
        if len(told) < len(found.remarks):
            more = tr(f"… and {len(found.remarks) - len(told):,} remarks more; --all lists them")
            rows.append(Text(plain(more, look.ascii)))
    return rows


def _remark(remark: Remark, width: int, look: Look) -> list[Text]:
    head, message = remark.code, remark.message
    placed = f"{tr(remark.place)}: {head}"  # a finding's code is said in no language
    if remark.place and cell_len(placed) + 10 < width:
        head = placed
    elif remark.place:
        message = f"{remark.place}: {message}"
    lines = [
        Text.assemble(
            (tr(remark.severity), look.paint(HUES[remark.severity], bold=True)),
            " ",
            fit(head, width - cell_len(tr(remark.severity)) - 1, look.ascii),
        )
    ]
    texts = [message, *([tr(f"What settles it: {remark.repair}.")] if remark.repair else [])]
    for text in texts:
        rows = sentence(text, width - _INDENT, look, dim=False)
        lines += [Text.assemble(" " * _INDENT, row) for row in rows]
    return lines
