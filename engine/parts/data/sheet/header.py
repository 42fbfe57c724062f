"""Where a table's rows begin, and what its columns are called."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.errors import NoRows
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import is_gap, is_number

_MOST_TITLE_LINES = 20
_NUMBERLIKE = re.compile(r"[(+\-\u2212]?[$\u20ac\u00a3]?\s*\d[\d.,:/\- \u00a0]*%?\)?|[.,]\d+%?")
_IN_BRACKETS = re.compile(r"[\[(].{0,15}[\])]")


class Record(Protocol):
    """A row with the lines it stands on."""

    @property
    def line(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def cells(self) -> list[str]: ...


@dataclass(frozen=True)
class Heading:
    """What stands above a table's rows."""

    is_header: bool
    names: tuple[str, ...]
    nameless: tuple[str, ...]
    lines: int
    """Above the first row."""
    rows: int
    """Records above the first row."""
    remarks: list[Remark]


def judge_heading(path: str, records: Sequence[Record], asked: bool | None, width: int) -> Heading:
    """Find header, title lines and a row of units; asked: whether there is a header, or None.

    Raises NoRows for a header without rows.
    """
    remarks: list[Remark] = []
    start = _title_lines(records, width)
    if start:
        remarks.append(
            Remark(
                "skipped-lines",
                "info",
                f"line {records[0].line}",
                f"{_counted(start, 'line')} above the header left out: "
                f"{_shortened(' '.join(records[0].cells))!r}",
            )
        )
    first, below = records[start], records[start + 1 :]
    is_data = bool(below) and _looks_like_data(first.cells, [r.cells for r in below])
    is_header = not is_data if asked is None else asked
    place = f"line {first.line}"
    if not is_header:
        names = [str(n + 1) for n in range(width)]
        if asked is None:
            known = f"1 to {width}" if width > 1 else "1"
            remarks.append(
                Remark(
                    "no-header",
                    "warning",
                    place,
                    f"the first row looks like data, so there is no header and the columns are "
                    f"named by number, {known}",
                    "header=False says so, header=True takes it for names",
                    {"header": False},
                )
            )
        return Heading(False, tuple(names), (), first.line - 1, start, remarks)
    if not below:
        raise NoRows(f"{path}: the file has a header and no rows")
    if is_data:
        remarks.append(
            Remark(
                "no-header",
                "warning",
                place,
                "the header looks like a row of data",
                "header=False makes it one",
                {"header": False},
            )
        )
    widths = Counter(len(record.cells) for record in below)
    cells = _fitted(
        first.cells,
        max(widths, key=lambda w: (widths[w], w == len(first.cells))),
        below,
        remarks,
        place,
    )
    end, rows = first.end - 1, start + 1
    if _is_units(cells, below):
        remarks.append(
            Remark(
                "units-row",
                "info",
                f"line {below[0].line}",
                f"a row of units is left out: {_shortened(', '.join(below[0].cells))!r}",
            )
        )
        end, rows = below[0].end - 1, rows + 1
    names_given, nameless = _distinct(cells, remarks, place)
    return Heading(True, names_given, nameless, end, rows, remarks)


def _title_lines(records: Sequence[Record], width: int) -> int:
    """How many lines of one cell stand above a table of several columns."""
    count = 0
    while (
        width > 2
        and count < min(len(records) - 1, _MOST_TITLE_LINES)
        and sum(bool(cell) for cell in records[count].cells) == 1
        and len(records[count].cells) in (1, width)
    ):
        count += 1
    return count


def _looks_like_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a first row is of the kind of the rows below it."""
    if any(not first[i] and all(len(r) > i and r[i] for r in below) for i in range(len(first))):
        return False  # what has no name may be empty in a header, and nowhere below
    columns = [
        [row[i] for row in below if len(row) > i and not is_gap(row[i])] for i in range(len(first))
    ]
    numeric = [
        i
        for i, cells in enumerate(columns)
        if cells and sum(map(_is_numberlike, cells)) >= 0.8 * len(cells)
    ]
    told = [i for i in numeric if not is_gap(first[i])]
    if told:
        if not all(_is_numberlike(first[i]) for i in told):
            return False
        years = [int(first[i]) for i in told if first[i].isdecimal()]
        steps = {b - a for a, b in itertools.pairwise(years)}
        # 1990, 1991, … above columns of figures are names.
        is_series = len(years) == len(told) >= 3 and len(steps) == 1 and steps != {0}
        rest = [i for i in range(len(first)) if i not in numeric and first[i]]
        return not (is_series and all(first[i] not in columns[i] for i in rest))
    texts = [i for i, cells in enumerate(columns) if cells and first[i]]
    again = sum(first[i] in columns[i] for i in texts)
    return len(below) >= 5 and bool(texts) and again >= 0.6 * len(texts)


def _is_numberlike(cell: str) -> bool:
    return is_number(cell) or _NUMBERLIKE.fullmatch(cell) is not None


def _fitted(
    cells: list[str], width: int, below: Sequence[Record], remarks: list[Remark], place: str
) -> list[str]:
    """The header's cells, one per column of the rows, where it is clear how they are meant."""
    extra = len(cells) - width
    if extra > 0 and not any(cells[width:]):
        return cells[:width]
    if extra == -1:
        if all(not r.cells[-1] for r in below if len(r.cells) == width):
            return [*cells, ""]
        first = [r.cells[0] for r in below if len(r.cells) == width]
        if len(set(first)) == len(first):
            remarks.append(
                Remark(
                    "row-names",
                    "info",
                    place,
                    "the header has a cell less than the rows: their first column has no name",
                )
            )
            return ["", *cells]
    return cells


def _is_units(cells: Sequence[str], below: Sequence[Record]) -> bool:
    """Whether the first row tells units above columns of numbers."""
    if len(below) < 3:
        return False
    first = below[0].cells
    rows = [r.cells for r in below[1:] if len(r.cells) == len(cells)]
    numeric = [
        i
        for i in range(min(len(cells), len(first)))
        if rows
        and all(_is_numberlike(r[i]) or is_gap(r[i]) for r in rows)
        and any(not is_gap(r[i]) for r in rows)
    ]
    units = [first[i] for i in numeric]
    if not units or any(_is_numberlike(u) or len(u) > 12 for u in units):
        return False
    said = [u for u in units if not is_gap(u)]
    if said and all(_IN_BRACKETS.fullmatch(u) for u in said):
        return True
    return len(said) >= 2 and len(said) == len(units)


def _distinct(
    cells: Sequence[str], remarks: list[Remark], place: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that are all different, and those that were made up."""
    names: dict[str, None] = {}  # in order, and found at once
    given = set(cells)
    nameless: list[str] = []
    again: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell or f"column {position}"
        number = 1
        while name in names or (number > 1 and name in given):
            number += 1
            name = f"{cell or f'column {position}'}.{number}"
        if not cell:
            nameless.append(name)
        elif number > 1:
            again.append(name)
        names[name] = None
    if again:
        remarks.append(
            Remark(
                "duplicate-names",
                "warning",
                place,
                "several columns have the same name; the later ones are called "
                + ", ".join(again[:8])
                + (", …" if len(again) > 8 else ""),
            )
        )
    return tuple(names), tuple(nameless)


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
