"""The rows of a file that are to be predicted: read as the training read its own."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataUnavailable, NoRows
from engine.parts.data.sheet import numerals
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.reading import Sheet, cells_of, lines_of, look, original_columns
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.sheet.typed import MISSING, BadCell, encode, is_filled, is_of_numbers
from engine.parts.data.sheet.words import LARGEST

MOST_FAULTS = 1000
"""Cells that are told one by one; more are only counted."""


@dataclass(frozen=True)
class Fault:
    """Why a row can't be predicted."""

    row: int
    """Its number in the file, from 1; 0 for one of another width than the others."""
    place: str
    """Where: `line 7`, or `row 6` of a Parquet file."""
    column: str
    message: str

    def said(self) -> str:
        column = f", column {self.column!r}" if self.column else ""
        return f"{self.place}{column}: {self.message}"


@dataclass(frozen=True)
class NewRows:
    """A file's rows, as they are and as raw inputs."""

    names: tuple[str, ...]
    columns: list[Any]
    """Every column of the file, as Arrow has it."""
    cells: list[Any]
    """Those of them that the samples consist of, in the samples' order."""
    inputs: Any
    """(rows, inputs) float32, NaN where the training fills in; any number in a row at fault."""
    decimal: str
    """The decimal mark that they were read with."""
    good: Any
    """(rows,) bool: whether a row can be predicted."""
    faults: tuple[Fault, ...]
    """In the file's order, about MOST_FAULTS at most."""
    num_faults: int
    """Cells at fault, and rows of another width."""
    num_odd: int
    """Rows of another width than the others, which are in no column."""
    unused: tuple[str, ...]
    """Columns that the training did not know."""


def read(path: str, samples: Samples) -> NewRows:
    """Read a file's rows; cells at fault are told, and what is wrong with the file is raised.

    Raises DataUnavailable, also with all columns that are missing.
    """
    try:
        sheet, columns_of = _looked_at(path, samples)
        sheet, cells, remarks = cells_of(sheet)
    except FileNotFoundError as error:
        raise DataUnavailable(f"{path}: no such file") from error
    cells = {name: _whole(column) for name, column in cells.items()}
    kept = _not_blank(list(cells.values()))
    if not len(kept):
        raise DataUnavailable(f"{path}: there is no sample in it")
    decimal = _decimal_of([cells[columns_of[c.name]] for c in samples.columns if is_of_numbers(c)])
    rules = replace(samples, decimal=decimal or samples.decimal)
    blocks: list[Any] = []
    wrong: list[tuple[int, int, str]] = []
    own = [cells[columns_of[column.name]].take(kept) for column in samples.columns]
    for place, column in enumerate(samples.columns):
        block, found = _encoded(own[place], column, rules)
        blocks.append(block)
        wrong += [(row, place, message) for row, message in found]
    good = np.ones(len(kept), bool)
    good[[row for row, _, _ in wrong]] = False
    odd = [r for r in remarks if r.code == "ragged-rows"]
    num_odd = sheet.layout.tail if odd else 0
    told = sorted(wrong)[:MOST_FAULTS]
    is_text = sheet.layout.format == "csv"  # then rows that hold nothing have no place
    rows = {row: row if is_text else int(kept[row].as_py()) for row, _, _ in told}
    lines = lines_of(sheet, rows.values())
    what = "line" if is_text else "row"
    faults = [
        Fault(row + 1, f"{what} {lines[rows[row]]}", samples.columns[place].name, message)
        for row, place, message in told
    ]
    faults += [Fault(0, remark.place, "", remark.message) for remark in odd]
    shown = original_columns(path) if sheet.layout.format != "csv" else cells
    known = {*samples.names, *samples.targets, *samples.every}
    by_name = all(name == column for name, column in columns_of.items())
    return NewRows(
        names=tuple(shown),
        columns=[_whole(column).take(kept) for column in shown.values()],
        cells=own,
        inputs=np.concatenate(blocks, 1),
        decimal=rules.decimal,
        good=good,
        faults=tuple(sorted(faults, key=_line)),
        num_faults=len(wrong) + num_odd,
        num_odd=num_odd,
        unused=tuple(n for n in sheet.names if n not in known) if by_name else (),
    )


def _line(fault: Fault) -> float:
    """Where a fault stands among the others; what is said of several rows comes last."""
    _, _, number = fault.place.partition(" ")
    return int(number) if number else math.inf


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _not_blank(columns: Sequence[Any]) -> Any:
    """The places of the rows that hold anything at all."""
    filled = pc.is_valid(columns[0])
    for column in columns[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    return pc.indices_nonzero(filled)


def _looked_at(path: str, samples: Samples) -> tuple[Sheet, dict[str, str]]:
    """How a file is laid out, and which of its columns is which of the samples'."""
    own = samples.layout
    dividers = dict.fromkeys([None, *([own.delimiter] if own and own.format == "csv" else [])])
    found: list[Sheet] = []
    if own is None or own.header:
        for delimiter in dividers:
            sheet = _look(path, samples, True, delimiter)
            if sheet is None:
                continue
            if set(samples.names) <= set(sheet.names):
                return sheet, {name: name for name in samples.names}
            if samples.is_nameless and len(sheet.names) == len(samples.names):
                judged = _look(path, samples, None, delimiter)
                if judged is None or judged.layout.header:
                    return sheet, dict(zip(samples.names, sheet.names, strict=True))
            found.append(sheet)
    bare = _look(path, samples, False, None)
    assert bare is not None, "only a header can lack rows"
    if bare.layout.format != "csv":
        raise DataUnavailable(_missing(path, samples, bare.names))
    order = next((o for o in samples.orders if len(o) == len(bare.names)), None)
    # Samples without names are counted from 1, and what is in a cell may be such a number.
    names = set() if samples.is_nameless else set(samples.names)
    if not found and set(bare.first) & names:
        raise DataUnavailable(f"{path}: there is no sample in it")
    is_named = any(set(sheet.names) & names for sheet in found)
    if found and not is_named:
        judged = _look(path, samples, None, None)
        is_named = judged is None or judged.layout.header
    if is_named or order is None:
        raise DataUnavailable(_missing(path, samples, found[0].names if found else bare.names))
    named = dict(zip(order, bare.names, strict=True))
    return bare, {name: named[name] for name in samples.names}


def _look(path: str, samples: Samples, header: bool | None, delimiter: str | None) -> Sheet | None:
    """A file's layout, in the encoding that can be told, else in the training's.

    None for a header that nothing stands below. Raises DataUnavailable for any other file that
    can't be read.
    """
    asked = Asked(header=header, delimiter=delimiter)
    try:
        sheet = look(path, asked)
        doubt = next((r for r in sheet.remarks if r.code == "encoding"), None)
        if doubt is not None and samples.layout is not None:
            try:
                return look(path, replace(asked, encoding=samples.layout.encoding))
            except DataUnavailable:
                pass  # it is neither
        if doubt is not None:
            raise DataUnavailable(f"{path}, {doubt.place}: {doubt.message}; save it as UTF-8")
    except NoRows:
        return None
    return replace(sheet, numbers=())


def _missing(path: str, samples: Samples, there: Sequence[str]) -> str:
    """What is said of the columns that are not there, all at once."""
    if samples.is_nameless:
        return f"{path}: {len(samples.names):,} columns are needed, and it has {len(there):,}"
    lost = [name for name in samples.names if name not in there]
    others = [name for name in there if name not in samples.names]
    said = []
    for name in lost[:20]:
        alike = [t for t in others if t.casefold().strip() == name.casefold().strip()]
        near = alike or difflib.get_close_matches(name, others, n=1)
        said.append(f"{name!r} (did you mean {near[0]!r}?)" if near else repr(name))
    more = f" and {len(lost) - 20} more" if len(lost) > 20 else ""
    what = "a column" if len(lost) == 1 else f"{len(lost)} columns"
    has = ", ".join(map(repr, there[:20])) + (", …" if len(there) > 20 else "")
    return f"{path}: it lacks {what} that the training read, {', '.join(said)}{more}; it has {has}"


def _decimal_of(columns: Sequence[Any]) -> str:
    """The decimal mark of a file, where a column makes it certain that it is a comma."""
    for cells in columns:
        if not pa.types.is_string(cells.type) or not pc.any(pc.match_substring(cells, ",")).as_py():
            continue
        texts = pc.unique(pc.utf8_trim_whitespace(cells.drop_null())).to_pylist()
        found = numerals.judged(dict.fromkeys(texts[:10_000], 1), None)
        is_comma = found is not None and found.numerals.is_certain_comma
        if found is not None and is_comma and 2 * len(found.odd) < len(texts):
            return ","
    return ""


def _encoded(cells: Any, column: Column, rules: Samples) -> tuple[Any, list[tuple[int, str]]]:
    """A column as inputs, (rows, inputs) float32, and what is wrong with its cells, by row."""
    if is_of_numbers(column) and (plain := _plain_numbers(cells, column, rules)) is not None:
        return plain
    coded = pc.dictionary_encode(cells, null_encoding="encode")
    texts = coded.dictionary.to_pylist()
    made = np.full((len(texts), column.inputs), np.nan, np.float32)
    wrong: dict[int, str] = {}
    for number, text in enumerate(texts):
        try:
            made[number] = encode("" if text is None else text, column, rules.decimal, rules.na)
        except BadCell as error:
            wrong[number] = str(error)
    codes = coded.indices.to_numpy()
    return made[codes], _of_rows(codes, wrong)


def _of_rows(codes: Any, wrong: dict[int, str]) -> list[tuple[int, str]]:
    """What is wrong, by row: of the texts of these numbers."""
    if not wrong:
        return []
    rows = np.flatnonzero(np.isin(codes, list(wrong)))
    return [
        (row, wrong[code]) for row, code in zip(rows.tolist(), codes[rows].tolist(), strict=True)
    ]


def _plain_numbers(
    cells: Any, column: Column, rules: Samples
) -> tuple[Any, list[tuple[int, str]]] | None:
    """A column of numbers as programs write them, all at once; None where some are not."""
    how = column.how or {}
    if pa.types.is_string(cells.type):
        if "decimal" in how or rules.decimal == ",":
            return None
        cells = pc.utf8_trim_whitespace(cells)
        words = pa.array(["", *how.get("missing", ())], pa.string())
        try:
            cells = pc.cast(pc.if_else(pc.is_in(cells, words), None, cells), pa.float64())
        except pa.ArrowInvalid:
            return None
    elif not pa.types.is_floating(cells.type):
        return None
    values = np.array(cells.to_numpy(zero_copy_only=False), np.float64)
    empty = [*how.get("sentinels", ()), *(w for w in rules.na if not isinstance(w, str))]
    values[np.isin(values, empty)] = np.nan
    if (np.abs(values) > LARGEST).any():
        return None  # told one by one
    gaps = np.isnan(values)
    lacking = np.flatnonzero(gaps).tolist() if not is_filled(column) else []
    block = values.astype(np.float32)[:, None]
    if "indicator" in how:
        block = np.hstack([block, gaps[:, None]]).astype(np.float32)
    return block, [(row, MISSING) for row in lacking]
