"""Generator of a person's own table: its columns as numbers; without torch."""

import math
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.generators.texts import divided


def present(cells: Any, missing: Sequence[str]) -> Any:
    """Texts without the blanks around them; null where there is none, or a word for missing."""
    cells = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(cells, pa.array(["", *missing])), None, cells)


def numbers(
    cells: Any,
    missing: Sequence[str] = (),
    decimal: str = "",
    thousands: str = "",
    remove: Sequence[str] = (),
    sentinels: Sequence[float] = (),
) -> Any:
    """A column of numbers, (rows,) float64, NaN where missing.

    decimal: its mark, where numbers are written as people do, else as programs do. thousands:
    marks between groups of digits. remove: signs around a number, like its unit. sentinels:
    numbers that stand for missing ones.
    """
    if not pa.types.is_floating(cells.type):
        cells = present(cells, missing)
        if decimal:
            for sign in remove:
                cells = pc.replace_substring(cells, sign, "")
            for mark in thousands:
                cells = pc.replace_substring(cells, mark, "")
            cells = pc.replace_substring(cells, decimal, ".")
            cells = pc.replace_substring(cells, "\u2212", "-")  # the minus of typesetters
            cells = pc.replace_substring_regex(cells, r"^\((.*)\)$", r"-\1")
            cells = pc.replace_substring_regex(cells, r"^(.*)-$", r"-\1")
            cells = pc.utf8_trim_whitespace(cells)
        cells = pc.cast(cells, pa.float64())
    values = (
        cells.to_numpy(zero_copy_only=False) if isinstance(cells, pa.Array) else (cells.to_numpy())
    )
    return np.where(np.isin(values, sentinels), math.nan, values) if sentinels else values


def categories(
    cells: Any,
    known: list[str],
    missing: Sequence[str] = (),
    other: bool = False,
    gap: bool = False,
) -> Any:
    """A column of texts as a 1 among zeros, (rows, categories) float32.

    other: a further column for texts that are not known. gap: a further one for missing cells,
    which are NaN otherwise.
    """
    cells = present(cells if pa.types.is_string(cells.type) else spelled(cells), missing)
    codes = pc.fill_null(pc.index_in(cells, pa.array(known, pa.string())), -1).to_numpy()
    rows = np.flatnonzero(codes >= 0)
    result = np.zeros((len(codes), len(known) + other + gap), np.float32)
    result[rows, codes[rows]] = 1
    nothing = pc.is_null(cells).to_numpy()
    if other:
        result[(codes < 0) & ~nothing, len(known)] = 1
    if gap:
        result[nothing, len(known) + other] = 1
    else:
        result[nothing] = math.nan
    return result


def spelled(values: Any) -> Any:
    """Numbers as texts, whole ones without a point."""
    texts = [None if v is None or v != v else f"{v:.15g}" for v in values.to_pylist()]
    return pa.array(texts, pa.string())


def moments(
    cells: Any,
    format: str,
    parts: list[str],
    missing: Sequence[str] = (),
    cyclic: bool = False,
) -> Any:
    """A column of dates or times as its parts, (rows, parts) float32, NaN where missing.

    format: as strptime has it, or "iso". parts: year, month, day, weekday (Monday is 0), hour,
    minute. cyclic: all but the year become a point on a circle, sine and cosine.
    """
    cells = present(cells, missing)
    if format == "iso":
        cells = pc.replace_substring_regex(cells, r"(Z|[+-]\d\d:?\d\d)$", "")
        times = pc.cast(cells, pa.timestamp("us"))
    else:
        times = pc.strptime(cells, format=format, unit="s")
    read = {
        "year": (pc.year, 0), "month": (pc.month, 12), "day": (pc.day, 31),
        "weekday": (pc.day_of_week, 7), "hour": (pc.hour, 24), "minute": (pc.minute, 60),
    }  # fmt: skip
    columns = []
    for part in parts:
        function, period = read[part]
        values = np.array(pc.cast(function(times), pa.float64()).to_numpy(), dtype=np.float64)
        if cyclic and period:
            turn = 2 * np.pi * values / period
            columns += [np.sin(turn), np.cos(turn)]
        else:
            columns.append(values)
    return np.stack(columns, 1).astype(np.float32)


def word_counts(cells: Any, hash: int, missing: Sequence[str] = ()) -> Any:
    """A column of texts as counts of its words, each in one of so many columns, float32."""
    result = np.zeros((len(cells), hash), np.float32)
    for row, text in enumerate(present(cells, missing).to_pylist()):
        for word in re.findall(r"\w+", (text or "").lower()):
            result[row, zlib.crc32(word.encode()) % hash] += 1
    return result


def token_places(
    cells: Any, by: str, tokens: Sequence[str], size: int, missing: Sequence[str] = ()
) -> Any:
    """A column of texts as sequences, (rows, size) int64: the places of what they are made of.

    0 stands for nothing, where a text is over, and 1 for what is not among the tokens, which follow
    in their order. A longer text is cut.
    """
    places = {token: place for place, token in enumerate(tokens, start=2)}
    result = np.zeros((len(cells), size), np.int64)
    for row, text in enumerate(present(cells, missing).to_pylist()):
        found = [places.get(one, 1) for one in divided(text or "", by)[:size]]
        result[row, : len(found)] = found
    return result


def number_column(cells: Any, **how: Any) -> Any:
    """A column of numbers as it is an input, (rows, 1) float32, NaN where missing."""
    return numbers(cells, **how).astype(np.float32)[:, None]


def number_and_gap(cells: Any, **how: Any) -> Any:
    """The same with a second column: 1 where the number is missing, else 0."""
    column = number_column(cells, **how)
    return np.hstack([column, np.isnan(column)])


def number_classes(cells: Any, classes: list[float], **how: Any) -> Any:
    """A column of numbers that are classes: the index of each, (rows,) int64, -1 where missing."""
    values = numbers(cells, **how)
    places = np.searchsorted(classes, values).clip(0, len(classes) - 1)
    return np.where(np.asarray(classes)[places] == values, places, -1)


def text_classes(cells: Any, classes: list[str], missing: Sequence[str] = ()) -> Any:
    """A column of texts that are classes: the index of each, (rows,) int64, -1 where missing."""
    cells = present(cells if pa.types.is_string(cells.type) else spelled(cells), missing)
    return pc.fill_null(pc.index_in(cells, pa.array(classes)), -1).to_numpy().astype(np.int64)


def encode_table(
    cells: dict[str, Any],
    columns: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    targets: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    drop: list[str],
) -> tuple[Any, Any]:
    """A table's inputs, (rows, inputs) float32, int64 where they are a text's, and its targets.

    columns, targets: by name the function that reads the cells and its arguments. Rows without a
    target are left out, and rows that lack a cell of the columns in drop. The cells are used up.
    """
    wanted = [read(cells.pop(name), **how) for name, (read, how) in targets.items()]
    is_class = wanted[0].dtype == np.int64
    kept = np.all([w >= 0 if is_class else ~np.isnan(w) for w in wanted], 0)
    blocks = {name: read(cells.pop(name), **how) for name, (read, how) in columns.items()}
    for name in drop:
        kept &= ~np.isnan(blocks[name]).any(1)
    width = sum(block.shape[1] for block in blocks.values())
    kind = np.result_type(*{block.dtype for block in blocks.values()})
    inputs = np.empty((np.count_nonzero(kept), width), kind)
    place = 0
    for name in columns:
        block = blocks.pop(name)
        inputs[:, place : place + block.shape[1]] = block if kept.all() else block[kept]
        place += block.shape[1]
    if is_class:
        return inputs, wanted[0][kept]
    return inputs, np.stack(wanted, 1)[kept].astype(np.float32)
