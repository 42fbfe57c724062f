"""Reading a table row by row; with nothing but the standard library."""

import csv
import re
from collections.abc import Iterable, Iterator


def rows_of(
    lines: Iterable[str], delimiter: str, quote: str = '"', comment: str = "", whole: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells with the line it starts on, from 1; empty rows are left out.

    delimiter: a blank stands for any number of blanks and tabs. comment: how lines begin that are
    left out. whole: each row is quoted once more, as one cell.
    """
    kept = ("\n" if comment and line.startswith(comment) else line for line in lines)
    if delimiter == " ":
        for number, line in enumerate(kept, start=1):
            pairs = re.findall(rf"{quote}([^{quote}]*){quote}|(\S+)", line)
            if cells := [quoted or plain for quoted, plain in pairs]:
                yield number, cells
        return
    reader = csv.reader(kept, delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    number = 1
    for row in reader:
        if whole and len(row) == 1:
            row = next(csv.reader(row, delimiter=delimiter, quotechar=quote), [])
        if any(cells := [cell.strip() for cell in row]):
            yield number, cells
        number = reader.line_num + 1


def listed_rows(
    path: str,
    names: tuple[str, ...],
    delimiter: str = ",",
    quote: str = '"',
    skip: int = 1,
    encoding: str = "utf-8",
    comment: str = "",
    whole: bool = False,
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a small CSV file by column, each with its line; `skip` lines stand above them.

    Raises ValueError for a row of another width.
    """
    with open(path, encoding=encoding, newline="") as text:
        for _ in range(skip):
            next(text, "")
        for line, cells in rows_of(text, delimiter, quote, comment, whole):
            if len(cells) != len(names):
                raise ValueError(f"line {line + skip}: {len(cells)} cells, expected {len(names)}")
            yield line + skip, dict(zip(names, cells, strict=True))
