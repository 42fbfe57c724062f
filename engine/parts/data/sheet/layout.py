"""How a table's text is laid out: what divides cells, where the header is, what is no row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import DataUnavailable
from engine.limits import COLUMNS
from engine.parts.data.sheet.header import Heading, judge_heading
from engine.parts.data.sheet.packing import Format, Packing
from engine.parts.data.sheet.quotes import stray_quotes
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import is_gap_in_numbers

DELIMITERS = ",;\t| "
WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "|", " ": "blanks"}
_SINGLE_QUOTED = re.compile(r"(?:^|(?<=[,;\t|\n]))[ ]?'[^'\n]*'(?=[ ]?(?:[,;\t|\r\n]|$))")
_FIRST_CELL = re.compile(r"[,;\t|]")
_LONG_LINE = 10_000
"""Characters from which a block of the usual size holds too few lines, or not even one."""
_WIDE_BLOCK = 1 << 25
_JUDGED_ROWS = 400
_SHARE = 0.8
"""Of the rows, that must have the same number of cells for a delimiter to be one."""


@dataclass(frozen=True)
class Layout:
    """All that is needed to read a file's cells."""

    format: Format = "csv"
    packing: Packing = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    comment: str = ""
    whole: bool = False
    """Whether each row is quoted once more, as one cell."""
    multiline: bool = False
    block_bytes: int = 1 << 20
    """What is read at a time, longer than any line."""
    spaced: bool = False
    """Whether blanks stand before quotation marks."""
    header: bool = True
    skip: int = 0
    """Lines above the first row."""
    tail: int = 0
    """Rows of another width at the end."""
    names: tuple[str, ...] = ()
    """One per column, all different."""
    nameless: tuple[str, ...] = ()
    """Those of the names that the file does not have."""

    @property
    def by_rows(self) -> bool:
        """Whether it is no plain CSV file and is read row by row."""
        return self.delimiter == " " or bool(self.comment) or self.whole or self.spaced

    def arguments(self) -> dict[str, Any]:
        """The arguments that a generator reads the file's cells with, without the defaults."""
        names = ["delimiter", "quote", "tail", "encoding", "packing"]
        names += ["comment", "whole"] if self.by_rows else ["multiline", "block_bytes"]
        given = {n: getattr(self, n) for n in names if getattr(self, n) != getattr(Layout, n)}
        if self.skip != 1:
            given["skip"] = self.skip
        return {"names": list(self.names), **given}


@dataclass(frozen=True)
class Record:
    """A row of the head, with the line after its last one."""

    line: int
    end: int
    cells: list[str]


def judged(
    path: str, text: str, is_all: bool, delimiter: str | None, header: bool | None
) -> tuple[Layout, list[Remark], list[list[str]]]:
    """How the beginning of a file says it is laid out, and its first rows.

    delimiter, header: as they are given, or None. Raises DataUnavailable for what is no table.
    """
    _check_text(path, text)
    if not is_all:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    remarks: list[Remark] = []
    skip = 0
    first = text.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) <= 5:
        delimiter = delimiter or {"\\t": "\t"}.get(first[4:], first[4:]) or ","
        skip = 1
        remarks.append(Remark("skipped-lines", "info", "line 1", f"`{first}` names the delimiter"))
    titles, comment = _comments(text)
    skip = max(skip, titles)
    quote = "'" if _single_quoted(text) else '"'
    if quote == "'":
        remarks.append(Remark("quotes", "info", "", "cells are quoted with '"))
    records: dict[str, list[Record]] = {}
    shares: dict[str, tuple[float, int]] = {}
    whole = False
    for candidate in DELIMITERS if delimiter is None else delimiter:
        records[candidate] = _records(text, candidate, quote, skip, comment)
        shares[candidate] = _share(records[candidate])
    chosen = _best(shares) if delimiter is None else delimiter
    for candidate in DELIMITERS[:-1] if delimiter is None else delimiter:
        unpacked = _unquoted(records.get(candidate, []), candidate)
        if unpacked is not None:
            chosen, whole, records[candidate] = candidate, True, unpacked
            remarks.append(
                Remark(
                    "rows-quoted",
                    "info",
                    "",
                    "each row is quoted once more as a whole, as "
                    "Excel does; read as the cells inside",
                )
            )
            break
    if not whole:
        remarks += stray_quotes(text, chosen, quote)
    rows = records[chosen]
    if not rows:
        raise DataUnavailable(f"{path}: the file is empty")
    layout = Layout(delimiter=chosen, quote=quote, comment=comment, whole=whole)
    layout = replace(
        layout,
        block_bytes=_WIDE_BLOCK if _has_long_lines(text) else Layout.block_bytes,
        multiline=any(r.end - r.line > 1 for r in rows) and chosen != " ",
        spaced=chosen != " " and f"{chosen} {quote}" in text[:65536],
    )
    if titles or comment:
        lines = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("#")]
        count = len(lines) if comment else titles
        said = "a line that begins with # is" if count == 1 else f"{count} lines with # are"
        remarks.append(Remark("comments", "info", f"line {lines[0]}", f"{said} left out"))
    width = _width(rows)
    if width > COLUMNS.most:
        raise DataUnavailable(f"{path}: the table has {COLUMNS.refusal(width)}")
    heading = judge_heading(path, rows, header, width)
    layout = replace(
        layout,
        header=heading.is_header,
        names=heading.names,
        nameless=heading.nameless,
        skip=heading.lines,
    )
    return layout, [*remarks, *heading.remarks], [r.cells for r in rows[heading.rows :]]


def _check_text(path: str, text: str) -> None:
    start = text.lstrip()[:200].lower()
    if not start:
        raise DataUnavailable(f"{path}: the file is empty")
    if start.startswith(("<!doctype html", "<html", "<table", "<head", "<body")):
        raise DataUnavailable(
            f"{path}: the file is a web page (HTML), not CSV; download the table itself"
        )
    if start.startswith("<?xml"):
        raise DataUnavailable(f"{path}: the file is XML, not CSV")
    if start.startswith(("{", "[{")):
        raise DataUnavailable(f"{path}: the file is JSON, not CSV")


def _comments(text: str) -> tuple[int, str]:
    """How many comment lines stand at the top, and the sign of those between the rows.

    A cell may begin with #, too: `#N/A`, or the first name of a header.
    """
    lines = text.splitlines()[: 10 * _JUDGED_ROWS]
    top = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    others = [line for line in lines if line.strip() and not line.startswith("#")]
    if top == 1 and others and lines[0][:2] != "# ":
        for delimiter in DELIMITERS[:-1]:
            width = others[0].count(delimiter)
            if width and lines[0].count(delimiter) == width:
                top = 0  # it is the header
    later = [line for line in lines[top or 1 :] if line.startswith("#")]
    if not later or any(is_gap_in_numbers(_FIRST_CELL.split(line)[0]) for line in later):
        return top, ""
    return top, "#" if len(later) < len(others) / 2 else ""


def _records(text: str, delimiter: str, quote: str, skip: int, comment: str) -> list[Record]:
    """The head's rows as a delimiter divides them; stops where quotes do not fit."""
    from engine.parts.data.generators.table_rows import rows_of

    source = io.StringIO(text, newline="")
    for _ in range(skip):
        next(source, "")
    records: list[Record] = []
    if delimiter == " ":
        for line, cells in rows_of(source, " ", quote, comment):
            records.append(Record(line + skip, line + skip + 1, cells))
            if len(records) == _JUDGED_ROWS:
                break
        return records
    kept = ("\n" if comment and line.startswith(comment) else line for line in source)
    reader = csv.reader(kept, delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                records.append(Record(line + skip, reader.line_num + 1 + skip, cells))
            line = reader.line_num + 1
            if len(records) == _JUDGED_ROWS:
                break
    except csv.Error:
        pass  # a cell without an end: said with its line when the file is read
    return records


def _width(records: Sequence[Record]) -> int:
    """How many cells most rows have."""
    counts = Counter(len(record.cells) for record in records)
    return max(counts, key=lambda width: (counts[width], width))


def _share(records: Sequence[Record]) -> tuple[float, int]:
    """The share of rows that have the commonest number of cells, and that number."""
    if not records:
        return 0.0, 1
    width = _width(records)
    same = sum(len(record.cells) == width for record in records)
    return same / len(records), width


def _best(shares: dict[str, tuple[float, int]]) -> str:
    """The delimiter that divides the rows alike and most; a comma where none does."""
    good = {d: (s, w) for d, (s, w) in shares.items() if w > 1 and s >= _SHARE}
    marks = {d: found for d, found in good.items() if d != " "}
    # Blanks stand in texts too: they divide where nothing else does, or much more than tabs.
    is_blank = " " in good and good[" "][0] >= 0.95
    if is_blank and all(d == "\t" and 2 * w < good[" "][1] for d, (_, w) in marks.items()):
        return " "
    if not marks:
        return max((d for d in shares if d != " "), key=lambda d: shares[d][1], default=",")
    return max(marks, key=lambda d: (round(marks[d][0], 1), marks[d][1], d in ";\t|"))


def _unquoted(records: Sequence[Record], delimiter: str) -> list[Record] | None:
    """The rows inside of rows that are quoted as a whole; None where they are not."""
    lone = [r for r in records[1:] if len(r.cells) == 1 and delimiter in r.cells[0]]
    if len(lone) < _SHARE * max(len(records) - 1, 1) or not lone:
        return None
    inner = [
        replace(r, cells=_split(r.cells[0], delimiter) if len(r.cells) == 1 else r.cells)
        for r in records
    ]
    share, width = _share(inner)
    return inner if width > 1 and share >= _SHARE else None


def _split(row: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([row], delimiter=delimiter), [])]


def _has_long_lines(text: str) -> bool:
    """Whether a block of the usual size holds few lines, or might not even hold one."""
    return len(text) > _LONG_LINE and max(map(len, text.splitlines()), default=0) > _LONG_LINE


def _single_quoted(text: str) -> bool:
    """Whether cells are quoted with ', and nothing else has that sign."""
    if '"' in text:
        return False
    cells = len(_SINGLE_QUOTED.findall(text))
    return cells >= 3 and text.count("'") == 2 * cells


__all__ = ["DELIMITERS", "WORDS", "Heading", "Layout", "Record", "judged"]
