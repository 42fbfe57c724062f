"""What is doubtful in a table's numbers: gaps, sentinels, columns that give the answer away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.remarks import Remark, Severity

_SENTINELS = (
    -1.0,
    -9.0,
    -99.0,
    -999.0,
    -9999.0,
    -100.0,
    -200.0,
    -32768.0,
    99.0,
    999.0,
    9999.0,
    99999.0,
    999999.0,
)
_SENTINEL_ROWS = 3
_FEW_COLUMNS = 60
"""Columns up to which sums of two are compared with the target."""
_SAMPLE_ROWS = 2000
SAME = 0.9999
"""A correlation from which a column is the target in other words."""


def missing_cells(
    columns: Sequence[Column], asked: Asked, cells: dict[str, Any]
) -> tuple[list[Column], tuple[str, ...], list[Remark]]:
    """The columns with what becomes of their gaps, those that drop rows, and what is to be said."""
    result: list[Column] = []
    drop: list[str] = []
    refused: list[Column] = []
    for column in columns:
        gap = column.gap or asked.gap_of(column.name)
        how = column.how or {}
        is_settled = "tokens" in how or ("known" in how and gap == "category")
        if not column.missing or is_settled:
            result.append(column)
            continue
        if gap == "drop":
            drop.append(column.name)
        elif gap == "indicator" and column.how is not None and column.kind == "number":
            column = replace(
                column,
                how={**column.how, "indicator": True},
                labels=(column.name, f"{column.name}: missing"),
            )
        elif gap not in ("mean", "median"):
            refused.append(column)
        result.append(column)
    return result, tuple(drop), _refused(refused, asked, cells) if refused else []


def _refused(columns: Sequence[Column], asked: Asked, cells: dict[str, Any]) -> list[Remark]:
    severity: Severity = "error" if asked.targets else "warning"
    repair = 'fill in the mean with missing="mean", or leave their rows out with missing="drop"'
    arguments: dict[str, Any] = {"missing": "mean"}
    first = columns[0]
    row = _first_gap(first, cells[first.name])
    if len(columns) == 1 and first.missing == 1:
        repair = 'fill it in, or set missing="drop" or missing="mean"'
        return [
            Remark(
                "missing-cells",
                severity,
                f"column {first.name!r}",
                "the cell is missing",
                repair,
                arguments,
                row,
            )
        ]
    if len(columns) == 1:
        message = f"{first.missing:,} cells are missing, this the first"
        return [
            Remark(
                "missing-cells",
                severity,
                f"column {first.name!r}",
                message,
                repair,
                arguments,
                row,
            )
        ]
    listed = ", ".join(f"{column.name!r} ({column.missing:,})" for column in columns[:8])
    listed += f" and {len(columns) - 8} more" if len(columns) > 8 else ""
    message = f"{len(columns)} columns have missing cells: {listed}"
    return [Remark("missing-cells", severity, "", message, repair, arguments)]


def _first_gap(column: Column, cells: Any) -> int | None:
    values = column.facts.get("values")
    if values is not None:
        places = np.flatnonzero(np.isnan(values))
        return int(places[0]) if len(places) else None
    words = (column.how or {}).get("missing", [])
    for row, text in enumerate(pc.utf8_trim_whitespace(cells).to_pylist()):
        if not text or text in words:
            return row
    return None


def doubts(columns: Sequence[Column], predicted: Sequence[Column], asked: Asked) -> list[Remark]:
    """Numbers that may stand for missing ones, and columns that give the answer away."""
    remarks = [r for column in (*columns, *predicted) for r in _sentinels(column, asked)]
    for target in predicted:
        values = target.facts.get("values")
        if values is not None:
            remarks += _leaks(columns, target.name, values)
    return remarks


def _sentinels(column: Column, asked: Asked) -> list[Remark]:
    """A round number far from all others, again and again: -200 among concentrations."""
    values = column.facts.get("values")
    if values is None or column.kind != "number":
        return []
    found = []
    for sentinel in _SENTINELS:
        if sentinel not in (column.facts["low"], column.facts["high"]):
            continue
        same = values == sentinel
        count = int(np.count_nonzero(same))
        rest = values[~same & ~np.isnan(values)]
        if count < _SENTINEL_ROWS or len(rest) < _SENTINEL_ROWS or count > 0.95 * len(values):
            continue
        low, high = float(rest.min()), float(rest.max())
        distance = low - sentinel if sentinel < low else sentinel - high
        spread = float(np.quantile(rest, 0.95) - np.quantile(rest, 0.05)) or 1.0
        of_one_sign = low >= 0 if sentinel < 0 else True
        if of_one_sign and distance > 0.25 * spread and (sentinel != -1 or high > 10):
            found.append(sentinel)
    return [
        Remark(
            "sentinel",
            "warning",
            f"column {column.name!r}",
            f"{value:g} stands again and again, far from all other numbers: does it mean that "
            "a cell is missing?",
            f"na=[{value:g}] says so",
            {"na": (int(value),)},
        )
        for value in found
    ]


def _leaks(columns: Sequence[Column], name: str, target: Any) -> list[Remark]:
    """Columns that are the target in other words, or its parts."""
    stride = max(1, len(target) // _SAMPLE_ROWS)
    y = target[::stride]
    numeric = [c for c in columns if c.kind == "number" and "values" in c.facts]
    remarks = []
    several = []
    for column in numeric:
        x = column.facts["values"][::stride]
        known = np.isfinite(x) & np.isfinite(y)
        if np.count_nonzero(known) < 10:
            continue
        a, b = x[known], y[known]
        if a.min() == a.max() or b.min() == b.max():
            continue
        a, b = a - a.mean(), b - b.mean()
        correlation = float(a @ b / np.sqrt((a @ a) * (b @ b)))
        if abs(correlation) >= SAME:
            remarks.append(
                _leak(
                    column.name,
                    f"it is {name!r} in other numbers (correlation {correlation:.6f})",
                    (column.name,),
                )
            )
        else:
            several.append((column.name, x))
    for index, (first, x) in enumerate(several[:_FEW_COLUMNS]):
        for second, z in several[index + 1 : _FEW_COLUMNS]:
            both = ~np.isnan(x) & ~np.isnan(z) & ~np.isnan(y)
            if np.count_nonzero(both) >= 10 and np.allclose((x + z)[both], y[both], rtol=1e-9):
                said = f"{first!r} and {second!r} add up to {name!r}"
                remarks.append(_leak(first, said, (first, second)))
    return remarks


def _leak(column: str, said: str, names: tuple[str, ...]) -> Remark:
    quoted = ", ".join(f'"{name}"' for name in names)
    message = (
        f"{said}: they give the answer away"
        if len(names) > 1
        else f"{said}: it gives the answer away"
    )
    return Remark(
        "leak",
        "warning",
        f"column {column!r}",
        message,
        f"ignore=[{quoted}] leaves {'them' if len(names) > 1 else 'it'} out",
        {"ignore": names},
    )
