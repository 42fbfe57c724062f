"""The rows of a CSV file as texts, each with its line number."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import regular_file
from engine.decoding import NotUtf8, text_of
from engine.errors import DataUnavailable
from engine.limits import COLUMNS, LINE, TABLE_FILE

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Row:
    """One record: a quoted cell may hold line breaks, so lines and rows differ."""

    line: int
    """The line it starts on, from 1."""
    cells: list[str]


@dataclass(frozen=True)
class CsvText:
    """A file's header and rows, blanks around cells removed, empty rows left out."""

    delimiter: str
    header: list[str]
    rows: list[Row]


def read(path: str, delimiter: str | None) -> CsvText:
    """Read a file; without a delimiter, the one that divides its header most is taken.

    Raises FileNotFoundError where there is none, DataUnavailable where it is no CSV file.
    """
    text = _text(path)
    try:
        if delimiter is None:
            # csv.Sniffer guesses from the cells too, and finds delimiters inside of texts.
            delimiter = max(DELIMITERS, key=lambda d: len(_header(text, d)))
        reader = _records(text, delimiter)
    except csv.Error as error:
        raise DataUnavailable(f"{path}, line 1: {error}") from error
    rows = []
    line = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                rows.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        limit = csv.field_size_limit()
        what = f"a cell is longer than {limit:,} characters" if "limit" in str(error) else error
        hint = "; is a quotation mark missing?" if "limit" in str(error) else ""
        raise DataUnavailable(f"{path}, line {line}: {what}{hint}") from error
    if not rows:
        raise DataUnavailable(f"{path}: the file is empty")
    header, *rows = rows
    if len(header.cells) > COLUMNS.most:
        raise DataUnavailable(f"{path}: the table has {COLUMNS.refusal(len(header.cells))}")
    if not rows:
        raise DataUnavailable(f"{path}: the file has a header and no rows")
    for row in rows:
        if len(row.cells) != len(header.cells):
            raise DataUnavailable(
                f"{path}, line {row.line}: {_cells(len(row.cells))}, but the header has "
                f"{len(header.cells)}"
            )
    return CsvText(delimiter, header.cells, rows)


def _text(path: str) -> str:
    try:
        raw = regular_file.contents(path, TABLE_FILE, LINE)
    except FileNotFoundError:
        raise
    except IsADirectoryError as error:
        raise DataUnavailable(f"{path}: is a folder, not a CSV file") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        raise DataUnavailable(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataUnavailable(f"{path}: the file is UTF-16; save it as UTF-8")
    if b"\0" in raw:
        raise DataUnavailable(f"{path}: the file is binary, not a CSV file")
    try:
        return text_of(raw)
    except NotUtf8 as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataUnavailable(
            f"{path}, line {line}: byte 0x{raw[error.start]:02x} is not UTF-8; save it as UTF-8"
        ) from error


def _header(text: str, delimiter: str) -> list[str]:
    records = _records(text, delimiter)
    return next((record for record in records if any(cell.strip() for cell in record)), [])


def _records(text: str, delimiter: str) -> Reader:
    lines = io.StringIO(text, newline="")
    # A blank before a quotation mark must not make the mark a part of the cell.
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
