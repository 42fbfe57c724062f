"""Date columns: what of a date becomes a column."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from engine.parts.data.sheet import dates
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import EXAMPLES, Column
from engine.parts.data.sheet.remarks import Remark


def moments_of(
    name: str,
    valued: Mapping[str, int],
    gaps: list[str],
    nulls: int,
    counts: Mapping[str, int],
    dated: dates.Dated,
    asked: Asked,
) -> tuple[Column, list[Remark]]:
    """The column as dates of one format; counts: of each text, missing ones too."""
    texts = list(valued)
    moments = [dates.parsed(text, dated.format) for text in texts]
    known = [m for m in moments if isinstance(m, datetime.datetime)]
    remarks = []
    place = f"column {name!r}"
    if len(known) < len(texts):
        odd = next(t for t, m in zip(texts, moments, strict=True) if m is None)
        remarks.append(
            Remark(
                "not-a-date",
                "error",
                place,
                f"{odd!r} is not of the format {dated.format!r}",
                "give another format",
            )
        )
        return Column(name, "date"), remarks
    parts = dates.parts_of(known, dated.format)
    how: dict[str, Any] = {"format": dated.format, "parts": parts}
    if gaps:
        how["missing"] = gaps
    labels = [f"{name}: {part}" for part in parts]
    if asked.cyclic:
        how["cyclic"] = True
        labels = []
        for part in parts:
            waves = (
                [f"{name}: {part}"]
                if part == "year"
                else [f"{name}: {wave} of {part}" for wave in ("sine", "cosine")]
            )
            labels += waves
    if dated.other:
        remarks.append(
            Remark(
                "ambiguous-dates",
                "warning",
                place,
                f"{texts[0]!r} is read as {dated.format}, and fits {dated.other} too",
                f'dates={{"{name}": "{dated.other}"}} reads it otherwise',
            )
        )
    missing = nulls + sum(counts[t] for t in gaps)
    gap = asked.gap_of(name)
    return Column(
        name,
        "date",
        f"becomes {', '.join(parts)}",
        missing,
        len(texts),
        tuple(texts[:EXAMPLES]),
        how,
        tuple(labels),
        gap,
    ), remarks
