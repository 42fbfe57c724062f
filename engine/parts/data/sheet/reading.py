"""Reads a table's cells, column by column, and says where a file can't be read."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import regular_file
from engine.errors import DataUnavailable
from engine.parts.data.sheet import encoding as encodings
from engine.parts.data.sheet import layout as layouts
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.layout import Layout
from engine.parts.data.sheet.packing import checked, head_of, unpacked, watched
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import is_number

FEW_FOOTER_ROWS = 5
_LONG_NUMBER = 16
"""Characters from which a whole number may be more than float64 tells apart."""
_MOST_DOUBTFUL = 3
"""Columns that may turn out to be no numbers before all are read as texts."""
_MOST_ODD_ROWS = 5
"""Rows that are named before the others are only counted."""


@dataclass(frozen=True)
class Sheet:
    """A file that has been looked at: how it is laid out."""

    path: str
    size: int
    layout: Layout
    remarks: tuple[Remark, ...]
    names: tuple[str, ...]
    """Of the columns there are, those of the layout or of the file's own schema."""
    numbers: tuple[str, ...] = ()
    """Those that are read as numbers straight away."""
    doubtful: tuple[str, ...] = ()
    """Those that were, and are not."""
    first: tuple[str, ...] = ()
    """The first row's cells, where the file is no Parquet or Feather file."""


LARGE_BYTES = 8_000_000
"""Of a file from this size on, columns that begin as numbers are read as nothing else at first:
that takes half the time and memory, and where it does not fit is done again."""


def look(path: str, asked: Asked) -> Sheet:
    """Judge a file by its beginning.

    Raises FileNotFoundError where there is none, DataUnavailable for what is no table.
    """
    size = checked(path, streamed=asked.streamed).st_size
    head, format, packing, is_all = head_of(path, streamed=asked.streamed)
    if format != "csv":
        if packing:
            raise DataUnavailable(f"{path}: a packed {format} file; unpack it with {packing}")
        return Sheet(path, size, Layout(format=format), (), _schema(path, format))
    encoding, remarks = encodings.judged(path, head, asked.encoding, is_all)
    text = encodings.decoded(head, encoding)
    found, more, rows = layouts.judged(path, text, is_all, asked.delimiter, asked.header)
    found = replace(found, encoding=encoding, packing=packing)
    if encoding == "utf-8-sig":
        found = replace(found, encoding="utf-8" if not found.by_rows else encoding)
    is_plain = found.format == "csv" and not found.by_rows and asked.decimal != ","
    is_large = size >= LARGE_BYTES or asked.streamed
    numbers = _numeric(found, rows, asked) if is_large and is_plain else ()
    first = tuple(rows[0]) if rows else ()
    return Sheet(path, size, found, (*remarks, *more), found.names, numbers, first=first)


def _numeric(layout: Layout, rows: Sequence[Sequence[str]], asked: Asked) -> tuple[str, ...]:
    """The columns that hold plain numbers, and no very long ones, as far as they were seen."""
    columns = zip(*(row for row in rows if len(row) == len(layout.names)), strict=True)
    return tuple(
        name
        for name, cells in zip(layout.names, columns, strict=False)
        if asked.kind_of(name) in (None, "number")
        and any(cells)
        and all(not cell or (len(cell) < _LONG_NUMBER and is_number(cell)) for cell in cells)
    )


def _schema(path: str, format: str) -> tuple[str, ...]:
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet

    try:
        if format == "parquet":
            names = pa.parquet.read_schema(path).names
        else:
            names = pa.ipc.open_file(path).schema.names
    except (pa.ArrowInvalid, OSError) as error:
        raise DataUnavailable(f"{path}: not a whole {format} file ({_line(error)})") from error
    return tuple(names)


def original_columns(path: str) -> dict[str, Any]:
    """The columns of a Parquet or Feather file as they are."""
    import pyarrow.feather
    import pyarrow.parquet

    with regular_file.opened(path) as file:
        is_parquet = file.read(4) == b"PAR1"
    reader = pyarrow.parquet.read_table if is_parquet else pyarrow.feather.read_table
    table = reader(path)
    return dict(zip(table.column_names, table.columns, strict=True))


def cells_of(
    sheet: Sheet, only: Iterable[str] | None = None
) -> tuple[Sheet, dict[str, Any], list[Remark]]:
    """The cells of some columns or all, the sheet as it turned out, and what is to be said.

    Rows of another width are left out, and remarked on. Raises DataUnavailable.
    """
    import pyarrow as pa

    from engine.parts.data.generators.table_cells import read_cells, read_columns, read_rows

    layout = sheet.layout
    wanted = None if only is None else list(only)
    if layout.format != "csv":
        try:
            return sheet, read_columns(sheet.path, wanted), []
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise DataUnavailable(f"{sheet.path}: {_line(error)}") from error
    read: Callable[..., dict[str, Any]] = read_rows if layout.by_rows else read_cells
    numbers = {"numbers": set(sheet.numbers)} if sheet.numbers else {}
    try:
        read_cells_of = read(
            sheet.path, only=wanted, opened=watched, **numbers, **layout.arguments()
        )
        return sheet, read_cells_of, []
    except (pa.ArrowInvalid, ValueError, EOFError, OSError, csv.Error) as error:
        return _read_again(sheet, wanted, read, error)


def _read_again(
    sheet: Sheet, wanted: list[str] | None, read: Callable[..., dict[str, Any]], error: Exception
) -> tuple[Sheet, dict[str, Any], list[Remark]]:
    """Find out slowly what the reader could not tell, and read what can be read."""
    import pyarrow as pa

    layout = sheet.layout
    if sheet.numbers:
        # The reader says where: `In CSV column #3: CSV conversion error to double`.
        found = re.search(r"In CSV column #(\d+)", str(error))
        name = layout.names[int(found[1])] if found else ""
        rest = tuple(n for n in sheet.numbers if n != name)
        few = len(rest) > len(sheet.numbers) - 1 or len(sheet.doubtful) >= _MOST_DOUBTFUL
        sheet = replace(sheet, numbers=() if few else rest, doubtful=(*sheet.doubtful, name))
        return cells_of(sheet, wanted)
    odd, num_rows = _odd_rows(sheet)
    if not layout.by_rows and not layout.multiline:
        layout = replace(layout, multiline=True)
    is_footer = bool(odd) and len(odd) <= FEW_FOOTER_ROWS and odd[-1].index == num_rows - 1
    is_footer = is_footer and all(b.index - a.index == 1 for a, b in itertools.pairwise(odd))
    is_footer = is_footer and all(row.width < len(layout.names) for row in odd)
    is_footer = is_footer and num_rows - len(odd) >= 5
    layout = replace(layout, tail=len(odd))
    try:
        cells = read(sheet.path, only=wanted, **layout.arguments())
    except (pa.ArrowInvalid, ValueError, EOFError, OSError, csv.Error) as second:
        message = _line(second if isinstance(error, ValueError) else error)
        raise DataUnavailable(f"{sheet.path}: {message}") from second
    remarks = []
    if is_footer:
        text = ", ".join(repr(row.text) for row in odd)
        what = "a line" if len(odd) == 1 else f"{len(odd)} lines"
        remarks.append(
            Remark(
                "footer",
                "warning",
                f"line {odd[0].line}",
                f"{what} below the table left out: {text}",
            )
        )
    else:
        for row in odd[:_MOST_ODD_ROWS]:
            cells_text = "1 cell" if row.width == 1 else f"{row.width} cells"
            remarks.append(
                Remark(
                    "ragged-rows",
                    "error",
                    f"line {row.line}",
                    f"{cells_text}, but the header has {len(layout.names)}",
                )
            )
        if len(odd) > _MOST_ODD_ROWS:
            others = len(odd) - _MOST_ODD_ROWS
            remarks.append(
                Remark(
                    "ragged-rows",
                    "error",
                    "",
                    f"{others:,} more rows have another number of "
                    f"cells than the header's {len(layout.names)}",
                )
            )
    return replace(sheet, layout=layout), cells, remarks


@dataclass(frozen=True)
class _OddRow:
    index: int
    line: int
    width: int
    text: str


def _odd_rows(sheet: Sheet) -> tuple[list[_OddRow], int]:
    """The rows of another width than the header, and how many rows there are."""
    odd: list[_OddRow] = []
    index = -1
    for index, (line, cells) in enumerate(_rows(sheet)):
        if len(cells) != len(sheet.layout.names):
            odd.append(_OddRow(index, line, len(cells), _shortened(" ".join(cells))))
    return odd, index + 1


def lines_of(sheet: Sheet, rows: Iterable[int]) -> dict[int, int]:
    """The line that each of some rows begins on; of a Parquet file the row's number."""
    wanted = set(rows)
    if sheet.layout.format != "csv":
        return {row: row + 1 for row in wanted}
    found: dict[int, int] = {}
    index = 0
    for line, cells in _rows(sheet):
        if len(found) == len(wanted):
            break
        if len(cells) != len(sheet.layout.names):
            continue
        if index in wanted:
            found[index] = line
        index += 1
    return {row: found.get(row, row + 1) for row in wanted}


def _rows(sheet: Sheet) -> Iterable[tuple[int, list[str]]]:
    """Each row with its line, read by Python's own reader: slow, and knows where it is."""
    from engine.parts.data.generators.table_rows import rows_of

    layout = sheet.layout
    line = layout.skip + 1
    try:
        with io.TextIOWrapper(
            unpacked(sheet.path, layout.packing), layout.encoding, newline=""
        ) as text:
            for _ in range(layout.skip):
                next(text, "")
            rows = rows_of(text, layout.delimiter, layout.quote, layout.comment, layout.whole)
            for number, cells in rows:
                line = number + layout.skip
                yield line, cells
                line += 1 + sum(cell.count("\n") for cell in cells)  # where the next one begins
    except UnicodeDecodeError as error:
        raise DataUnavailable(_undecodable(sheet, error)) from error
    except csv.Error as error:
        limit = csv.field_size_limit()
        what = f"a cell is longer than {limit:,} characters" if "limit" in str(error) else error
        hint = "; is a quotation mark missing?" if "limit" in str(error) else ""
        raise DataUnavailable(f"{sheet.path}, line {line}: {what}{hint}") from error
    except (OSError, EOFError) as error:
        raise DataUnavailable(f"{sheet.path}: {_line(error)}") from error


def _undecodable(sheet: Sheet, error: UnicodeDecodeError) -> str:
    """Which line holds a byte that is not of the file's encoding."""
    name = encodings.plain_name(sheet.layout.encoding)
    with unpacked(sheet.path, sheet.layout.packing) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(sheet.layout.encoding)
            except UnicodeDecodeError as found:
                return (
                    f"{sheet.path}, line {number}: byte 0x{line[found.start]:02x} is not "
                    f'{name}; give the file\'s encoding, like encoding="latin-1"'
                )
    return f"{sheet.path}: {error}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
