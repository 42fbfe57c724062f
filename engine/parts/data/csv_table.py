"""What a CSV file means: its columns' kinds, its classes, and what is wrong with it."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.errors import DataUnavailable
from engine.parts.data.csv_text import CsvText, Row, read
from engine.parts.data.laws.csv_cells import is_missing
from engine.parts.kinds import shown

MAX_CATEGORIES = 100
"""A column with more different texts is taken for names or ids, not for categories."""
MAX_AUTO_CLASSES = 10
"""Whole numbers with more different values are taken for measures, not for classes."""
MAX_CLASSES = 1000
LARGEST = 3.4028234663852886e38
"""The largest float32."""

Value = str | int | float
"""A class, as the target column has it: a text or a number."""


@dataclass(frozen=True)
class Question:
    """What is asked of a file; hashable, so that the answer can be kept."""

    path: str
    target: str
    task: Literal["auto", "classification", "regression"]
    missing: Literal["error", "drop", "mean"]
    delimiter: str | None
    ignore: tuple[str, ...]


@dataclass(frozen=True)
class CsvTable:
    """How to read a file: all that its law needs to know."""

    delimiter: str
    columns: dict[str, list[str] | None]
    """Each input column's categories, sorted, or None for numbers."""
    classes: list[Value] | None
    """The target's values in the order of their indices; None for a regression."""
    num_samples: int


def examine(question: Question) -> CsvTable:
    """Read the file and decide what its columns are; the answer is kept until it changes.

    Raises FileNotFoundError where there is no file, and DataUnavailable, naming file, line
    and column, for anything in it that can't be used.
    """
    try:
        status = os.stat(question.path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise DataUnavailable(f"{question.path}: {reason}") from error
    return _examine(question, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _examine(question: Question, mtime_ns: int, size: int) -> CsvTable:
    text = read(question.path, question.delimiter)
    _check_header(question, text)
    rows = _kept_rows(question, text)
    used = {
        name: index
        for index, name in enumerate(text.header)
        if name != question.target and name not in question.ignore
    }
    columns = {name: _kind(question.path, name, index, rows) for name, index in used.items()}
    classes = _classes(question, text.header.index(question.target), rows)
    return CsvTable(text.delimiter, columns, classes, len(rows))


def _check_header(question: Question, text: CsvText) -> None:
    path, header = question.path, text.header
    for name in (question.target, *question.ignore):
        if name not in header:
            role = "target column" if name == question.target else "column to ignore"
            near = difflib.get_close_matches(name, header, n=1)
            repair = f": did you mean {near[0]!r}?" if near else f"; it has {_listed(header)}"
            if all(to_number(cell) is not None for cell in header):
                repair = "; the first line must hold the columns' names, and it holds numbers"
            raise DataUnavailable(f"{path}: no {role} {name!r}{repair}")
    counts = Counter(header)
    for position, name in enumerate(header, start=1):
        if name not in question.ignore:
            if not name:
                raise DataUnavailable(
                    f"{path}, line 1: column {position} has no name; give it one, or leave it "
                    'out with ignore=[""]'
                )
            if counts[name] > 1:
                raise DataUnavailable(f"{path}, line 1: two columns are named {name!r}")
    if all(name == question.target or name in question.ignore for name in header):
        raise DataUnavailable(f"{path}: no column is left beside the target {question.target!r}")


def _listed(names: Sequence[str]) -> str:
    shown_names = ", ".join(repr(name) for name in names[:20])
    return shown_names + (", …" if len(names) > 20 else "")


def _kept_rows(question: Question, text: CsvText) -> list[Row]:
    """The rows that are used; those with missing cells are refused, dropped or kept."""
    used = [index for index, name in enumerate(text.header) if name not in question.ignore]
    target = text.header.index(question.target)
    kept = []
    for row in text.rows:
        missing = [index for index in used if is_missing(row.cells[index])]
        if missing and question.missing == "error":
            raise DataUnavailable(
                f"{question.path}, line {row.line}, column {text.header[missing[0]]!r}: the cell "
                'is missing; fill it in, or set missing="drop" or missing="mean"'
            )
        if not missing or (question.missing == "mean" and target not in missing):
            kept.append(row)
    if not kept:
        raise DataUnavailable(f"{question.path}: no row is left: each has a missing cell")
    return kept


def _kind(path: str, name: str, index: int, rows: Sequence[Row]) -> list[str] | None:
    """The categories of a column of texts, or None for a column of numbers."""
    present = [row for row in rows if not is_missing(row.cells[index])]
    if not present:
        raise DataUnavailable(
            f"{path}: column {name!r} has no value at all; leave it out with ignore=[{name!r}]"
        )
    text = next((row for row in present if to_number(row.cells[index]) is None), None)
    if text is None:
        _check_finite(path, name, index, present)
        return None
    categories = sorted({row.cells[index] for row in present})
    if len(categories) > MAX_CATEGORIES:
        raise DataUnavailable(
            f"{path}: column {name!r} has {len(categories)} different texts (line {text.line}: "
            f"{shown(text.cells[index])}), more than the {MAX_CATEGORIES} categories that make "
            f"sense; leave it out with ignore=[{name!r}]"
        )
    return categories


def to_number(cell: str) -> float | None:
    """A cell's number, which may be infinite, or None where it holds none."""
    try:
        return float(cell)
    except ValueError:
        return None


def _check_finite(path: str, name: str, index: int, rows: Sequence[Row]) -> None:
    for row in rows:
        if not abs(float(row.cells[index])) <= LARGEST:  # NaN fails too
            raise DataUnavailable(
                f"{path}, line {row.line}, column {name!r}: {shown(row.cells[index])} is not a "
                "number that float32 can hold"
            )


def _classes(question: Question, index: int, rows: Sequence[Row]) -> list[Value] | None:
    """The target's classes in order, or None for a regression."""
    path, name = question.path, question.target
    text = next((row for row in rows if to_number(row.cells[index]) is None), None)
    if text is None:
        _check_finite(path, name, index, rows)
    if question.task == "regression":
        if text is not None:
            raise DataUnavailable(
                f"{path}, line {text.line}, column {name!r}: {shown(text.cells[index])} is not a "
                "number, as a regression needs"
            )
        return None
    cells = [row.cells[index] for row in rows]
    values: list[Value] = list(cells) if text is not None else [_shortest(c) for c in cells]
    if text is None and question.task == "auto" and not _like_classes(values):
        return None
    _check_classes(question, values, rows)
    # All texts or all numbers, never mixed, so they can be sorted.
    return sorted(set(values))


def _shortest(cell: str) -> int | float:
    """A number as a class is named after it: 1 for `1.0`."""
    number = float(cell)
    return int(number) if number.is_integer() else number


def _like_classes(values: Sequence[Value]) -> bool:
    """Whether numbers look like class labels: few different whole ones, most of them repeated."""
    different = set(values)
    return (
        all(isinstance(value, int) for value in different)
        and len(different) <= MAX_AUTO_CLASSES
        and 2 * len(different) <= len(values)
    )


def _check_classes(question: Question, values: Sequence[Value], rows: Sequence[Row]) -> None:
    """Refuse a target with a single class, a class with a single sample, or very many classes."""
    path, name = question.path, question.target
    counts = Counter(values)
    if len(counts) == 1:
        raise DataUnavailable(
            f"{path}: the target column {name!r} has only one class, {str(values[0])!r}"
        )
    single = next((value for value, count in counts.items() if count == 1), None)
    if single is not None:
        hint = "" if isinstance(single, str) else '; for a regression set task="regression"'
        raise DataUnavailable(
            f"{path}, line {rows[values.index(single)].line}, column {name!r}: class "
            f"{str(single)!r} has a single sample; each class needs at least 2{hint}"
        )
    if len(counts) > MAX_CLASSES:
        raise DataUnavailable(
            f"{path}: the target column {name!r} has {len(counts)} classes, more than {MAX_CLASSES}"
        )
