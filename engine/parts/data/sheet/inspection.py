"""A table as it is looked at before anything is asked about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from engine.errors import DataUnavailable
from engine.parts.data.sheet import table_cache
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.encoding import plain_name
from engine.parts.data.sheet.packing import is_large
from engine.parts.data.sheet.table import Table

LEFT_OUT = ("id", "constant", "text", "empty")
"""Kinds of columns that tell a network nothing, or nothing yet."""


def inspected(path: str, asked: Asked) -> Table:
    """A table with everything that is doubtful about it; of a very large one a sample is judged.

    Raises DataUnavailable where nothing can be read.
    """
    try:
        if is_large(path):
            asked = replace(asked, streamed=True)
        return table_cache.examined(path, asked)
    except FileNotFoundError as error:
        raise DataUnavailable(f"{path}: no such file") from error


def proposed_inputs(column: Column) -> int:
    """The network inputs that a column would sensibly become."""
    return 0 if column.kind in LEFT_OUT else column.inputs


def becomes(column: Column) -> str:
    """What a column becomes, in a few words."""
    count = proposed_inputs(column)
    if not count:
        return f"left out: {column.reason}"
    inputs = "1 input" if count == 1 else f"{count} inputs"
    said = {"category": "", "number": column.reason.removeprefix("numbers").lstrip(": ")}
    more = said.get(column.kind, column.reason.removeprefix("becomes "))
    return f"{inputs}: {more}" if more else inputs


def reading(table: Table) -> list[str]:
    """How a file was read, in parts of a sentence."""
    layout = table.layout
    if layout.format != "csv":
        return [f"a {layout.format} file"]
    words = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "|", " ": "blanks"}
    encoding = plain_name(layout.encoding)
    parts = [encoding.upper() if encoding.startswith("utf") else encoding]
    if layout.packing:
        parts.append(f"unpacked from .{layout.packing}")
    parts.append(f"divided by {words.get(layout.delimiter, layout.delimiter)}")
    parts.append("decimal comma" if table.decimal == "," else "decimal point")
    parts.append("with a header" if layout.header else "without a header")
    above = layout.skip - layout.header
    if above:
        is_one = above == 1
        parts.append("1 line above it left out" if is_one else f"{above:,} lines above it left out")
    if layout.tail:
        parts.append(f"{layout.tail:,} rows of another width left out")
    return parts


def kinds_text(table: Table) -> str:
    """How many columns are of which kind: `5 numbers, 2 categories`."""
    plural = {"category": "categories", "empty": "empty", "constant": "constant"}
    counts = Counter(column.kind for column in table.columns)
    return ", ".join(
        f"{count:,} {plural.get(kind, kind + 's') if count != 1 else kind}"
        for kind, count in counts.most_common()
    )


def as_plain(path: str, table: Table) -> dict[str, Any]:
    """The table as other programs read it."""
    layout = table.layout
    return {
        "file": path,
        "encoding": plain_name(layout.encoding),
        "delimiter": layout.delimiter,
        "decimal": table.decimal,
        "header": layout.header,
        "rows": table.rows,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "inputs": proposed_inputs(column),
                "missing": column.missing,
                "examples": list(column.examples),
            }
            for column in table.columns
        ],
        "remarks": [
            {
                "code": remark.code,
                "place": remark.place,
                "message": remark.message,
                "repair": remark.repair,
            }
            for remark in table.remarks
        ],
    }
