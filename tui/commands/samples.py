"""Reads the samples that a person wants predicted from a CSV file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from engine import regular_file
from engine.decoding import NotUtf8, text_of
from engine.errors import DataUnavailable, UsageError
from engine.limits import LINE, TABLE_FILE


def read_rows(path: Path, names: tuple[str, ...]) -> list[list[str]]:
    """The samples of a CSV file; a first line that holds the feature names orders the columns.

    Raises DataUnavailable where it can't be read, UsageError where it holds no sample.
    """
    try:
        text = text_of(regular_file.contents(path, TABLE_FILE, LINE))
        lines = io.StringIO(text, newline="")
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines) if row]
    except OSError as error:
        raise DataUnavailable(f"{path}: {error.strerror or error}") from error
    except (NotUtf8, csv.Error) as error:
        raise DataUnavailable(f"{path}: not a CSV file in UTF-8 ({error})") from error
    if rows and names and set(names) <= set(rows[0]):
        header, *rows = rows
        places = {name: column for column, name in reversed([*enumerate(header)])}
        columns = [places[name] for name in names]
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise UsageError(
                    f"{path}: row {number} has {len(row)} cells, but the header has {len(header)}"
                )
        rows = [[row[column] for column in columns] for row in rows]
    if not rows:
        raise UsageError(f"{path}: there is no sample in it")
    return rows
