"""A table's cells a part at a time, for one that is larger than the memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from engine.errors import DataUnavailable
from engine.parts.data.generators.table_cells import as_cells, csv_options
from engine.parts.data.sheet.packing import watched
from engine.parts.data.sheet.reading import Sheet

BLOCK_BYTES = 1 << 20
"""Of a CSV file, that are a part."""
ROWS = 65_536
"""Of a Parquet file's rows, that are a part."""
_COLUMN = re.compile(r"In CSV column #(\d+)")

Cells = dict[str, Any]
"""By column: float64 or texts, null where nothing is."""


class NoNumbers(Exception):
    """A column that began as plain numbers and is something else further down."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def parts_of(sheet: Sheet, wanted: list[str]) -> Iterator[Cells]:
    """Some columns' cells in the order of the rows.

    Raises NoNumbers, and DataUnavailable for a table that can't be read so.
    """
    layout = sheet.layout
    if layout.format == "feather":
        yield from _feather_parts(sheet, wanted)
        return
    if layout.format == "parquet":
        yield from _parquet_parts(sheet, wanted)
        return
    if layout.by_rows:
        raise DataUnavailable(
            f"{sheet.path}: it has comments, blanks between cells, or rows quoted whole, and "
            "only a plain CSV, Parquet or Feather file can be streamed: leave stream out"
        )
    yield from _csv_parts(sheet, wanted)


def _csv_parts(sheet: Sheet, wanted: list[str]) -> Iterator[Cells]:
    layout = sheet.layout
    odd: list[Any] = []
    arguments = layout.arguments()
    arguments.setdefault("block_bytes", BLOCK_BYTES)
    tail = arguments.pop("tail", 0)
    packing = arguments.pop("packing", "")
    options = csv_options(only=wanted, numbers=set(sheet.numbers), odd=odd, **arguments)
    try:
        with watched(sheet.path, packing) as file, pa.csv.open_csv(file, *options) as reader:
            for part in reader:
                if len(part):
                    yield {
                        name: pa.chunked_array([c])
                        for name, c in zip(wanted, part.columns, strict=True)
                    }
    except (pa.ArrowInvalid, OSError, EOFError) as error:
        found = _COLUMN.search(str(error))
        if found and "onversion" in str(error):
            raise NoNumbers(layout.names[int(found[1])]) from error
        message = " ".join(str(error).split())
        raise DataUnavailable(f"{sheet.path}: {message}") from error
    if len(odd) != tail:
        first = odd[0]
        raise DataUnavailable(
            f"{sheet.path}: {len(odd):,} of its rows have not the {len(layout.names)} cells of the "
            f"header, the first begins with {first.text[:40]!r}"
        )


def _parquet_parts(sheet: Sheet, wanted: list[str]) -> Iterator[Cells]:
    try:
        with pa.parquet.ParquetFile(sheet.path) as file:
            for part in file.iter_batches(ROWS, columns=wanted):
                yield {n: pa.chunked_array([as_cells(part.column(n))]) for n in wanted}
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DataUnavailable(f"{sheet.path}: {' '.join(str(error).split())}") from error


def _feather_parts(sheet: Sheet, wanted: list[str]) -> Iterator[Cells]:
    try:
        with pa.memory_map(sheet.path) as source, pa.ipc.open_file(source) as file:
            for number in range(file.num_record_batches):
                part = file.get_batch(number)
                yield {n: pa.chunked_array([as_cells(part.column(n))]) for n in wanted}
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DataUnavailable(f"{sheet.path}: {' '.join(str(error).split())}") from error


def as_texts(sheet: Sheet, name: str) -> Sheet:
    """The sheet with one column less that is read as numbers straight away."""
    rest = tuple(one for one in sheet.numbers if one != name)
    return replace(sheet, numbers=rest, doubtful=(*sheet.doubtful, name))
