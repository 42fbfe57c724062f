"""What is to be predicted: classes in their order, or numbers, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.generators.table_columns import spelled
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.column import Class, Column
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import GAPS, LETTER_GAPS

MAX_AUTO_CLASSES = 10
"""Whole numbers with more different values are taken for measures, not for classes."""
MAX_CLASSES = 1000


@dataclass(frozen=True)
class Wanted:
    """How a target column is read."""

    how: dict[str, Any]
    """The arguments of the generator's `encode_target`."""
    classes: tuple[Class, ...] = ()
    """In the order of their indices; empty for a regression."""


def judge(column: Column, cells: Any, asked: Asked) -> tuple[Wanted | None, list[Remark]]:
    """How to read a column that is to be predicted; None where it can't be."""
    place = f"column {column.name!r}"
    if np.isinf(column.facts.get("values", 0)).any():
        return None, []  # it is said that no float32 holds it
    several = len(asked.targets) > 1
    if column.kind == "empty":
        return None, [Remark("target", "error", place, "the target has no value at all")]
    is_number = "values" in column.facts and asked.kind_of(column.name) != "category"
    if is_number and asked.task != "classification":
        known = column.facts["values"]
        known = known[~np.isnan(known)]
        different = np.unique(known)
        if asked.task == "regression" or several or not _like_classes(different, len(known)):
            how = {k: v for k, v in (column.how or {}).items() if k != "indicator"}
            remarks = _constant(place, different)
            if asked.positive and different[0] <= 0:
                message = f"{different[0]:g} has no logarithm"
                low = int(np.flatnonzero(column.facts["values"] == different[0])[0])
                repair = "leave target_scale out, or the row"
                remarks.append(Remark("target", "error", place, message, repair, {}, low))
            return Wanted(how), remarks
    if asked.task == "regression" or several:
        text, row = _first_text(column, cells)
        return None, [
            Remark(
                "target",
                "error",
                place,
                f"{text} is not a number, as a regression needs",
                "",
                {},
                row,
            )
        ]
    if asked.scaled:
        message = "the target is taken for classes, which have no scale"
        repair, arguments = _as_regression(is_number)
        return None, [Remark("target", "error", place, message, repair, arguments)]
    if is_number and not _beyond_floats(cells):
        return _number_classes(column, cells, asked)
    return _text_classes(column, cells, asked)


def _like_classes(different: Any, rows: int) -> bool:
    """Whether numbers look like class labels: few different whole ones, most of them repeated."""
    return bool(
        len(different) <= MAX_AUTO_CLASSES
        and (different == np.floor(different)).all()
        and 2 * len(different) <= rows
    )


def _constant(place: str, different: Any) -> list[Remark]:
    if len(different) > 1:
        return []
    return [Remark("target", "warning", place, f"the target is always {different[0]:g}")]


def _beyond_floats(cells: Any) -> bool:
    """Whether a column has whole numbers that float64 would merge, as texts."""
    if not pa.types.is_string(cells.type):
        return False
    return bool(pc.any(pc.match_substring_regex(cells, r"^\s*[+-]?\d{16,}\s*$")).as_py())


def _first_text(column: Column, cells: Any) -> tuple[str, int | None]:
    known = [t for t in column.examples if t]
    text = known[0] if known else "a text"
    if not pa.types.is_string(cells.type):
        return repr(text), None
    row = next((n for n, t in enumerate(cells.to_pylist()) if t and not _is_float(t)), None)
    return (repr(text) if row is None else repr(cells[row].as_py().strip())), row


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number_classes(column: Column, cells: Any, asked: Asked) -> tuple[Wanted, list[Remark]]:
    values = column.facts["values"]
    different, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    classes: tuple[Class, ...] = tuple(int(v) if v == np.floor(v) else float(v) for v in different)
    how = {k: v for k, v in (column.how or {}).items() if k != "indicator"}
    how["classes"] = list(classes)
    rows = {c: int(np.flatnonzero(values == v)[0]) for c, v in zip(classes, different, strict=True)}
    counted = dict(zip(classes, counts.tolist(), strict=True))
    return Wanted(how, classes), _class_remarks(column.name, counted, rows, True)


def _text_classes(column: Column, cells: Any, asked: Asked) -> tuple[Wanted, list[Remark]]:
    if not pa.types.is_string(cells.type):
        cells = spelled(cells)
    cells = pc.utf8_trim_whitespace(cells)
    counted = pc.value_counts(pc.drop_null(cells))
    pairs = zip(
        counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
    )
    counts = {text: count for text, count in pairs if text}
    extra = {str(word).lower() for word in asked.na if isinstance(word, str)}
    gaps = [t for t in counts if t.lower() in GAPS or t.lower() in extra]
    remarks: list[Remark] = []
    place = f"column {column.name!r}"
    for gap in [t for t in gaps if t.lower() in LETTER_GAPS and t.lower() not in extra]:
        others = [t for t in counts if t not in gaps]
        # NA beside EU, AS and SA is a class; beside yes and no it is a missing answer.
        if others and all(len(t) == len(gap) and t.isupper() == gap.isupper() for t in others):
            gaps.remove(gap)
            remarks.append(
                Remark(
                    "class-or-missing",
                    "warning",
                    place,
                    f"{gap!r} is taken for a class like the others",
                    f'na=["{gap}"] takes it for a missing cell',
                )
            )
        else:
            remarks.append(
                Remark(
                    "class-or-missing",
                    "warning",
                    place,
                    f"{gap!r} is taken for a missing cell: {counts[gap]} rows are left out",
                )
            )
    for gap in gaps:
        del counts[gap]
    if not counts:
        return Wanted({}), [Remark("target", "error", place, "the target has no value at all")]
    is_numeric = all(_is_float(text) for text in counts)
    order = sorted(counts, key=(lambda t: (float(t), t)) if is_numeric else None)
    first = [pc.index(cells, text).as_py() for text in order if counts[text] == 1][:1]
    rows: dict[Class, int] = {t: first[0] for t in order if counts[t] == 1 and first}
    how: dict[str, Any] = {"classes": order}
    if gaps:
        how["missing"] = gaps
    typed: dict[Class, int] = {text: counts[text] for text in order}
    return Wanted(how, tuple(order)), [
        *remarks,
        *_class_remarks(column.name, typed, rows, is_numeric),
        *_alike(column.name, order),
    ]


def _class_remarks(
    name: str, counts: Mapping[Class, int], rows: Mapping[Class, int], is_numeric: bool
) -> list[Remark]:
    """A target with a single class, a class with a single sample, or very many classes."""
    place = f"column {name!r}"
    if len(counts) == 1:
        message = f"the target column {name!r} has only one class, {str(next(iter(counts)))!r}"
        return [Remark("target", "error", "", message)]
    if len(counts) > MAX_CLASSES:
        message = f"the target column {name!r} has {len(counts)} classes, more than {MAX_CLASSES}"
        repair, arguments = _as_regression(is_numeric)
        return [Remark("target", "error", "", message, repair, arguments)]
    single = [value for value, count in counts.items() if count == 1]
    if not single:
        return []
    repair, arguments = _as_regression(is_numeric)
    if not is_numeric and len(single) <= 5:
        words = tuple(str(value) for value in single)
        quoted = ", ".join(f'"{word}"' for word in words)
        rows_text = "its row" if len(single) == 1 else "their rows"
        repair, arguments = f"na=[{quoted}] leaves {rows_text} out", {"na": words}
    rest = len(single) - 1
    more = "" if not rest else ", as has 1 other" if rest == 1 else f", as have {rest} others"
    return [
        Remark(
            "single-sample",
            "error",
            place,
            f"class {str(single[0])!r} has a single sample{more}; each class needs at least 2",
            repair,
            arguments,
            rows.get(single[0]),
        )
    ]


def _as_regression(is_numeric: bool) -> tuple[str, dict[str, Any]]:
    if not is_numeric:
        return "", {}
    return 'for a regression set task="regression"', {"task": "regression"}


def _alike(name: str, classes: Sequence[str]) -> list[Remark]:
    """Classes that differ only in case are two, and probably meant as one."""
    lowered: dict[str, str] = {}
    for text in classes:
        key = " ".join(text.lower().split())
        if key in lowered:
            message = f"{lowered[key]!r} and {text!r} are two classes, and differ only in case"
            return [Remark("case-differences", "warning", f"column {name!r}", message)]
        lowered[key] = text
    return []
