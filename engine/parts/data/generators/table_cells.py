"""Generator of a person's own table: its cells, column by column; without torch."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet

from engine.parts.data.generators.table_rows import rows_of


def unpacked(path: str, packing: str) -> Any:
    """A file's bytes, unpacked; packing: gz, bz2, xz, zst or nothing."""
    if packing == "zst":
        return pa.input_stream(path, compression="zstd")
    openers: dict[str, Any] = {"": open, "gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    return openers[packing](path, "rb")


def csv_options(
    names: list[str],
    odd: list[Any],
    delimiter: str = ",",
    quote: str = '"',
    skip: int = 1,
    encoding: str = "utf-8",
    multiline: bool = False,
    block_bytes: int = 1 << 20,
    only: list[str] | None = None,
    numbers: Iterable[str] = (),
) -> tuple[Any, Any, Any]:
    """How the library is to read, parse and convert; as `read_cells` has it.

    odd: where rows of another width are put.
    """

    def other_width(row: Any) -> str:
        if row.text.strip():
            odd.append(row)
        return "skip"

    wanted = names if only is None else only
    return (
        pa.csv.ReadOptions(
            column_names=names, skip_rows=skip, encoding=encoding, block_size=block_bytes
        ),
        pa.csv.ParseOptions(
            delimiter=delimiter,
            quote_char=quote,
            newlines_in_values=multiline,
            invalid_row_handler=other_width,
        ),
        pa.csv.ConvertOptions(
            include_columns=wanted,
            column_types={n: pa.float64() if n in numbers else pa.string() for n in wanted},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def read_cells(
    path: str,
    names: list[str],
    delimiter: str = ",",
    quote: str = '"',
    skip: int = 1,
    tail: int = 0,
    encoding: str = "utf-8",
    packing: str = "",
    multiline: bool = False,
    block_bytes: int = 1 << 20,
    only: list[str] | None = None,
    numbers: Iterable[str] = (),
    opened: Callable[[str, str], Any] = unpacked,
) -> dict[str, Any]:
    """A CSV file's cells by column, as texts, null where there is nothing.

    names: of all columns. skip: lines above the first row. tail: rows of another width, at the
    end, that are left out. multiline: a quoted cell may hold line breaks. block_bytes: read at a
    time; no line may be longer. only: the columns that are wanted. numbers: those of them that are
    numbers and nothing else, read as float64. opened: opens the file.
    """
    odd: list[Any] = []
    wanted = names if only is None else only
    options = csv_options(
        names, odd, delimiter, quote, skip, encoding, multiline, block_bytes, wanted, numbers
    )
    with opened(path, packing) as file:
        table = pa.csv.read_csv(file, *options)
    if len(odd) != tail:
        raise ValueError(f"{len(odd)} rows have another number of cells")
    return dict(zip(wanted, table.columns, strict=True))


def read_rows(
    path: str,
    names: list[str],
    delimiter: str = ",",
    quote: str = '"',
    skip: int = 1,
    tail: int = 0,
    encoding: str = "utf-8",
    packing: str = "",
    comment: str = "",
    whole: bool = False,
    only: list[str] | None = None,
    opened: Callable[[str, str], Any] = unpacked,
) -> dict[str, Any]:
    """The same as `read_cells` for what is no plain CSV file, row by row.

    Divided by blanks, with comments between the rows, or each row quoted as a whole.
    """
    wanted = names if only is None else only
    places = [names.index(name) for name in wanted]
    chunks: list[list[Any]] = [[] for _ in wanted]
    rows: list[list[str]] = []
    odd = 0

    def put_away() -> None:
        for chunk, place in zip(chunks, places, strict=True):
            chunk.append(pa.array([row[place] or None for row in rows], pa.string()))
        rows.clear()

    with io.TextIOWrapper(opened(path, packing), encoding, newline="") as text:
        for _ in range(skip):
            next(text)
        for _, cells in rows_of(text, delimiter, quote, comment, whole):
            if len(cells) == len(names):
                rows.append(cells)
            else:
                odd += 1
            if len(rows) == 50_000:
                put_away()
    put_away()
    if odd != tail:
        raise ValueError(f"{odd} rows have another number of cells")
    return {name: pa.chunked_array(c) for name, c in zip(wanted, chunks, strict=True)}


def as_cells(column: Any) -> Any:
    """A column as it is looked at: numbers as float64, all others as texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    is_number = is_number or pa.types.is_decimal(kind)
    return column.cast(pa.float64() if is_number else pa.string(), safe=False)


def read_columns(path: str, only: list[str] | None = None) -> dict[str, Any]:
    """The columns of a Parquet or Feather file: numbers as float64, all others as texts."""
    with open(path, "rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    reader = pa.parquet.read_table if is_parquet else pa.feather.read_table
    table = reader(path, columns=only)
    return {
        name: as_cells(column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
