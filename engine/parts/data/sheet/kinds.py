"""Decides what each column of a table is, and says why."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.sheet import dates
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.date_columns import moments_of
from engine.parts.data.sheet.number_columns import numbered, numeric
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.text_columns import worded
from engine.parts.data.sheet.words import GAPS, NUMBER_GAPS
from engine.parts.kinds import shown

_FEW_TEXTS = 50_000
"""Different texts up to which each is looked at."""


def judge(name: str, cells: Any, asked: Asked, decimal: str | None) -> tuple[Column, list[Remark]]:
    """What a column is.

    cells: float64 or texts, null where nothing is. decimal: the mark that the file's other
    columns, or the person, make certain.
    """
    given = asked.kind_of(name)
    if pa.types.is_floating(cells.type):
        return numeric(name, cells, {}, "numbers", asked)
    is_doubtful = decimal == "," and pc.any(pc.match_substring(cells, ".")).as_py()
    if (given is None or given == "number") and not is_doubtful:
        plain = _as_plain(cells)
        if plain is not None:
            if plain.null_count == len(plain):
                return Column(name, "empty", "no cell holds anything", len(plain)), []
            return numeric(name, plain, {}, "numbers", asked)
    return _textual(name, pc.utf8_trim_whitespace(cells), asked, decimal, given)


def _as_plain(cells: Any) -> Any | None:
    """Cells as numbers, where all are written as programs write them and none is a word."""
    try:
        values = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return None
    # `nan` is a word for a missing cell, which is seen with the other words.
    if pc.any(pc.is_nan(values)).as_py():
        return None
    return values


def _textual(
    name: str, cells: Any, asked: Asked, decimal: str | None, given: str | None
) -> tuple[Column, list[Remark]]:
    counts = _counts(cells)
    nulls = cells.null_count + counts.pop("", 0)
    extra = {str(word).lower() for word in asked.na if isinstance(word, str)}
    gaps = [t for t in counts if t.lower() in GAPS or t.lower() in extra]
    wide = [t for t in counts if t.lower() in NUMBER_GAPS or t.lower() in extra]
    if len(gaps) == len(counts):
        return Column(name, "empty", "no cell holds anything", len(cells)), []
    if given in (None, "number"):
        valued = {t: n for t, n in counts.items() if t not in wide}
        found = numbered(name, cells, valued, wide, nulls, asked, decimal, given)
        if found is not None:
            return found
    valued = {t: n for t, n in counts.items() if t not in wide}
    if given in (None, "date") and valued:
        format = dict(asked.dates).get(name)
        dated = dates.judged(list(valued), format)
        if dated is not None:
            return moments_of(name, valued, wide, nulls, counts, dated, asked)
        if given == "date":
            return Column(name, "text"), [
                Remark(
                    "not-a-date",
                    "error",
                    f"column {name!r}",
                    f"{shown(next(iter(valued)))} is no date or time that is known",
                    'give its format: dates={"…": "%d/%m/%Y"}',
                )
            ]
    missing = nulls + sum(counts[t] for t in gaps)
    valued = {t: n for t, n in counts.items() if t not in gaps}
    return worded(name, valued, gaps, missing, asked, given, len(cells))


def _counts(cells: Any) -> dict[str, int]:
    """Different texts with their number of cells: all, or every so many-th of very many."""
    counted = pc.value_counts(pc.drop_null(cells))
    if len(counted) > _FEW_TEXTS:
        stride = -(-len(counted) // _FEW_TEXTS)
        counted = counted.take(pa.array(range(0, len(counted), stride)))
    texts, numbers_of = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return dict(zip(texts, numbers_of, strict=True))
