"""Number columns: cells as people write them, and what there is to say of their values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.generators.table_columns import numbers
from engine.parts.data.sheet import dates, numerals
from engine.parts.data.sheet.asked import Asked, Kind
from engine.parts.data.sheet.column import EXAMPLES, Column
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.text_columns import worded
from engine.parts.data.sheet.words import GAPS, LARGEST, is_number
from engine.parts.kinds import shown

_NEARLY_ALL = 0.9
"""Of the cells, that must be numbers for the others to be called odd."""
_ID_NAME = re.compile(
    r"(?i)(?:^|.*[^a-z])(?:id|ids|no|nr|index|idx|uid|uuid|guid|key|rownames|rowname|serial|record)"
    r"[^a-z]*$|.*(?:[a-z]Id|ID)$|.*(?:编号|序号|番号)$|(?i:unnamed.*)"
)


def numbered(
    name: str,
    cells: Any,
    valued: Mapping[str, int],
    gaps: list[str],
    nulls: int,
    asked: Asked,
    decimal: str | None,
    given: str | None,
) -> tuple[Column, list[Remark]] | None:
    """The column as numbers as people write them; None where it is of another kind."""
    if not valued:
        return None
    place = f"column {name!r}"
    how: dict[str, Any] = {"missing": gaps} if gaps else {}
    reason, odd, remarks = "numbers", tuple(t for t in valued if not is_number(t)), []
    total = sum(valued.values())
    infinite = [t for t in odd if t.lower().lstrip("+-") in ("inf", "infinity")]
    share = 1 - sum(valued[t] for t in odd if t not in infinite) / total
    if len(odd) > len(infinite) or decimal == ",":
        found = numerals.judged(valued, decimal)
        is_better = found is not None and (found.share > share or found.numerals.thousands)
        if found is not None and is_better and found.share >= share:
            odd, share = found.odd, found.share
            how |= found.numerals.arguments()
            reason = f"numbers: {found.numerals.said}"
            if found.numerals.is_ambiguous:
                text = next(t for t in valued if "," in t or "." in t)
                other = "," if found.numerals.decimal == "." else "."
                remarks.append(
                    Remark(
                        "ambiguous-numbers",
                        "warning",
                        place,
                        f"{text!r} is read as {_read_as(text, how)}",
                        f'decimal="{other}" reads the mark as the decimal one',
                    )
                )
    odd = tuple(t for t in odd if t not in infinite)
    dated = dates.judged(list(valued)) if odd or "decimal" in how else None
    is_code = odd and all(any(c.isdigit() for c in text) for text in odd)
    if is_code and all(text.isdecimal() for text in valued if text not in odd):
        return None  # 207a among 207 and 208
    if given is None and (dated is not None or (odd and share < _NEARLY_ALL)):
        return None
    if odd:
        first = odd[0]
        row = pc.index(cells, first).as_py()
        repair = f"na={list(odd)!r}" if len(odd) <= 5 else f'kinds={{{name!r}: "category"}}'
        repair = repair.replace("'", '"')
        message = f"{shown(first)} is not a number, as {share:.1%} of the column are"
        if len(odd) > 1:
            message += f", nor are {len(odd) - 1} other texts"
        arguments: dict[str, Any] = {"na": odd} if len(odd) <= 5 else {"kinds": {name: "category"}}
        word = "if that means a missing cell" if len(odd) <= 5 else "takes all as categories"
        remarks.append(
            Remark("odd-cells", "error", place, message, f"{repair} {word}", arguments, row)
        )
        how["missing"] = [*gaps, *odd]
    try:
        values = numbers(cells, **how)
    except pa.ArrowInvalid:
        return None  # of a column with very many texts, one that was not looked at is no number
    column, more = numeric(name, pa.array(values, from_pandas=True), how, reason, asked)
    if "missing" in how and any(t.lower() not in GAPS for t in gaps):
        words = ", ".join(repr(t) for t in gaps[:6])
        remarks.append(Remark("missing-words", "info", place, f"taken for missing cells: {words}"))
    if how.get("decimal"):
        remarks.append(Remark("numerals", "info", place, f"read as {reason}"))
    return column, [*remarks, *more]


def _read_as(text: str, how: Mapping[str, Any]) -> str:
    (value,) = numbers(pa.array([text]), **how)
    return f"{value:.15g}"


def numeric(
    name: str, values: Any, how: dict[str, Any], reason: str, asked: Asked
) -> tuple[Column, list[Remark]]:
    """The column as numbers; values: float64, null where missing."""
    remarks: list[Remark] = []
    place = f"column {name!r}"
    sentinels = [float(word) for word in asked.na if not isinstance(word, str)]
    array = (
        values.to_numpy(zero_copy_only=False)
        if isinstance(values, pa.Array)
        else (values.to_numpy())
    )
    if sentinels and any((array == s).any() for s in sentinels):
        array = np.where(np.isin(array, sentinels), np.nan, array)
        how = {**how, "sentinels": sentinels}
    missing = int(np.count_nonzero(np.isnan(array)))
    known = array[~np.isnan(array)] if missing else array
    if not len(known):
        return Column(name, "empty", "no cell holds anything", len(array)), []
    low, high = float(known.min()), float(known.max())
    if not max(abs(low), abs(high)) <= LARGEST:
        row = int(np.flatnonzero(~(np.abs(array) <= LARGEST) & ~np.isnan(array))[0])
        remarks.append(
            Remark(
                "too-large",
                "error",
                place,
                f"{array[row]:g} is not a number that float32 can hold",
                f'correct the cell, or leave the column out with ignore=["{name}"]',
                {},
                row,
            )
        )
    whole = bool((known[:1000] == np.floor(known[:1000])).all())
    whole = whole and bool((known == np.floor(known)).all()) and max(abs(low), abs(high)) < 2**53
    examples = tuple(_example(v) for v in known[:EXAMPLES])
    facts = {"low": low, "high": high, "whole": whole, "values": array}
    if asked.kind_of(name) == "category":
        spelled = [_example(v) for v in array if v == v]
        counts: dict[str, int] = {}
        for text in spelled:
            counts[text] = counts.get(text, 0) + 1
        return worded(name, counts, [], missing, asked, "category", len(array))
    kind: Kind = "number"
    if low == high:
        kind, reason = "constant", f"always {_example(low)}"
    elif whole and not missing and _numbers_rows(name, array):
        kind, reason = "id", "numbers the rows"
    column = Column(name, kind, reason, missing, 0, examples, how, (), asked.gap_of(name), facts)
    return column, remarks


def _numbers_rows(name: str, array: Any) -> bool:
    """Whether whole numbers only tell rows apart: each is another, and the name says it."""
    if len(array) < 4 or not _ID_NAME.fullmatch(name):
        return False
    steps = np.diff(array)
    return bool((steps == 1).all()) or len(np.unique(array)) == len(array)


def _example(value: float) -> str:
    return (
        f"{value:.0f}"
        if math.isfinite(value) and value == int(value) and abs(value) < 1e15
        else f"{value:g}"
    )
