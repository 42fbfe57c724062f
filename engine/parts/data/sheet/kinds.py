"""Decides what each column of a table is, and says why."""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.generators.table_columns import numbers
from engine.parts.data.generators.texts import divided
from engine.parts.data.sheet import dates, numerals
from engine.parts.data.sheet.asked import Asked, By, Kind
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import (
    BEGINS_WITH_DIGIT,
    GAPS,
    LARGEST,
    NUMBER_GAPS,
    is_number,
)
from engine.parts.kinds import shown

NEARLY_ALL = 0.9
"""Of the cells, that must be numbers for the others to be called odd."""
NAMES_SHARE = 0.7
"""Of the rows, that must differ for texts to be names and no categories."""
_ID_NAME = re.compile(
    r"(?i)(?:^|.*[^a-z])(?:id|ids|no|nr|index|idx|uid|uuid|guid|key|rownames|rowname|serial|record)"
    r"[^a-z]*$|.*(?:[a-z]Id|ID)$|.*(?:编号|序号|番号)$|(?i:unnamed.*)"
)
_MANY_NAMES, _MANY_NAMES_SHARE, _MOST_NAMES = 1000, 0.3, 5000
"""Different texts from which a smaller share of the rows makes names, and from which any does."""
_FEW_TEXTS = 50_000
"""Different texts up to which each is looked at."""
_EXAMPLES = 3
_MOST_TOKENS = 5000
"""Characters or words that are told apart, the commonest; all others are one."""
_MOST_CHARACTERS, _MOST_WORDS = 128, 32
"""Of a text, that are seen where nobody says how many."""
_OWN_CATEGORY = ("auto", "mean", "median", "category", "indicator")
"""What can be asked for missing cells that makes a category of them, where there are some."""


def judge(name: str, cells: Any, asked: Asked, decimal: str | None) -> tuple[Column, list[Remark]]:
    """What a column is.

    cells: float64 or texts, null where nothing is. decimal: the mark that the file's other
    columns, or the person, make certain.
    """
    given = asked.kind_of(name)
    if pa.types.is_floating(cells.type):
        return _numeric(name, cells, {}, "numbers", asked)
    is_doubtful = decimal == "," and pc.any(pc.match_substring(cells, ".")).as_py()
    if (given is None or given == "number") and not is_doubtful:
        plain = _as_plain(cells)
        if plain is not None:
            if plain.null_count == len(plain):
                return Column(name, "empty", "no cell holds anything", len(plain)), []
            how: dict[str, Any] = {}
            return _numeric(name, plain, how, "numbers", asked)
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
    counts, is_whole = _counts(cells)
    nulls = cells.null_count + counts.pop("", 0)
    extra = {str(word).lower() for word in asked.na if isinstance(word, str)}
    gaps = [t for t in counts if t.lower() in GAPS or t.lower() in extra]
    wide = [t for t in counts if t.lower() in NUMBER_GAPS or t.lower() in extra]
    if len(gaps) == len(counts):
        return Column(name, "empty", "no cell holds anything", len(cells)), []
    if given in (None, "number"):
        valued = {t: n for t, n in counts.items() if t not in wide}
        found = _numbered(name, cells, valued, wide, nulls, asked, decimal, given, is_whole)
        if found is not None:
            return found
    valued = {t: n for t, n in counts.items() if t not in wide}
    if given in (None, "date") and valued:
        format = dict(asked.dates).get(name)
        dated = dates.judged(list(valued), format)
        if dated is not None:
            return _moments(name, valued, wide, nulls, counts, dated, asked)
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
    return _worded(name, valued, gaps, missing, asked, given, len(cells))


def _counts(cells: Any) -> tuple[dict[str, int], bool]:
    """Each different text with its number of cells, and whether all of them are there."""
    counted = pc.value_counts(pc.drop_null(cells))
    is_whole = len(counted) <= _FEW_TEXTS
    if not is_whole:
        stride = -(-len(counted) // _FEW_TEXTS)
        counted = counted.take(pa.array(range(0, len(counted), stride)))
    texts, numbers_of = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return dict(zip(texts, numbers_of, strict=True)), is_whole


def _numbered(
    name: str,
    cells: Any,
    valued: Mapping[str, int],
    gaps: list[str],
    nulls: int,
    asked: Asked,
    decimal: str | None,
    given: str | None,
    is_whole: bool,
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
    if given is None and (dated is not None or (odd and share < NEARLY_ALL)):
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
    column, more = _numeric(name, pa.array(values, from_pandas=True), how, reason, asked)
    if "missing" in how and any(t.lower() not in GAPS for t in gaps):
        words = ", ".join(repr(t) for t in gaps[:6])
        remarks.append(Remark("missing-words", "info", place, f"taken for missing cells: {words}"))
    if how.get("decimal"):
        remarks.append(Remark("numerals", "info", place, f"read as {reason}"))
    return column, [*remarks, *more]


def _read_as(text: str, how: Mapping[str, Any]) -> str:
    (value,) = numbers(pa.array([text]), **how)
    return f"{value:.15g}"


def _numeric(
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
    examples = tuple(_example(v) for v in known[:_EXAMPLES])
    facts = {"low": low, "high": high, "whole": whole, "values": array}
    if asked.kind_of(name) == "category":
        spelled = [_example(v) for v in array if v == v]
        counts: dict[str, int] = {}
        for text in spelled:
            counts[text] = counts.get(text, 0) + 1
        return _worded(name, counts, [], missing, asked, "category", len(array))
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


def _moments(
    name: str,
    valued: Mapping[str, int],
    gaps: list[str],
    nulls: int,
    counts: Mapping[str, int],
    dated: dates.Dated,
    asked: Asked,
) -> tuple[Column, list[Remark]]:
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
        tuple(texts[:_EXAMPLES]),
        how,
        tuple(labels),
        gap,
    ), remarks


def _worded(
    name: str,
    valued: Mapping[str, int],
    gaps: Sequence[str],
    missing: int,
    asked: Asked,
    given: str | None,
    rows: int,
) -> tuple[Column, list[Remark]]:
    """The column as categories, a text or names."""
    place = f"column {name!r}"
    distinct, known = len(valued), rows - missing
    examples = tuple(list(valued)[:_EXAMPLES])
    remarks: list[Remark] = []
    kind: Kind = "category"
    reason = f"{distinct} different texts"
    if distinct == 1 and not (missing and asked.gap_of(name) in _OWN_CATEGORY):
        kind, reason = "constant", f"always {shown(examples[0])}"
    elif given is None and known >= 5 and _are_names(distinct, known):
        words = sum(len(text.split()) for text in valued) / distinct
        if words >= 2.5 and distinct > asked.max_categories / 10:
            kind, reason = "text", "sentences or names, nearly each another one"
        elif distinct == known or distinct > asked.max_categories:
            kind, reason = "id", f"names or codes: {distinct:,} different texts"
    elif given == "text":
        kind, reason = "text", "as you say"
    if asked.spelled and (kind == "text" or reason.startswith("names or codes")):
        how = _as_tokens(valued, gaps, *asked.spelled)
        labels = tuple(f"{name}: {n + 1}" for n in range(how["size"]))
        size, num = how["size"], len(how["tokens"])
        reason = (
            f"read as {size} characters, of {num:,} different ones"
            if how["by"] == "char"
            else f"read as {size} words, of {num:,} different ones"
        )
        return Column(name, "text", reason, missing, distinct, examples, how, labels), remarks
    if kind == "text" and asked.hash:
        labels = tuple(f"{name}: words {n + 1}" for n in range(asked.hash))
        how = {"hash": asked.hash}
        reason = f"words counted in {asked.hash} columns"
        return Column(name, "text", reason, missing, distinct, examples, how, labels), remarks
    if kind == "text" or (kind == "id" and distinct > asked.max_categories):
        return Column(name, kind, reason, missing, distinct, examples), remarks
    begins = sum(n for t, n in valued.items() if BEGINS_WITH_DIGIT.match(t))
    if given is None and kind == "category" and begins > 0.5 * known:
        text = next(t for t in valued if BEGINS_WITH_DIGIT.match(t))
        remarks.append(
            Remark(
                "digits-first",
                "warning",
                place,
                f"most texts begin with a digit ({text!r}) "
                "and are no numbers: taken for categories",
                f'kinds={{"{name}": "category"}} says so',
                {"kinds": {name: "category"}},
            )
        )
    remarks += _case_differences(name, valued)
    column = _categories(name, kind, reason, valued, gaps, missing, asked, examples)
    if column.how and column.how.get("other") and distinct > asked.max_categories:
        remarks.append(
            Remark(
                "many-categories",
                "info",
                place,
                f"{distinct} different texts: the "
                f"{asked.max_categories} commonest are categories, the rest is `other`",
                "max_categories takes another number",
            )
        )
    return column, remarks


def _as_tokens(
    valued: Mapping[str, int], gaps: Sequence[str], by: By, length: int | None
) -> dict[str, Any]:
    """How a column of texts is read as sequences: the commonest tokens, and how many are seen."""
    counts: Counter[str] = Counter()
    longest = 1
    for text, rows in valued.items():
        found = divided(text, by)
        longest = max(longest, len(found))
        for one in found:
            counts[one] += rows
    commonest = sorted(counts, key=lambda one: (-counts[one], one))[:_MOST_TOKENS]
    most = _MOST_CHARACTERS if by == "char" else _MOST_WORDS
    how: dict[str, Any] = {"by": by, "tokens": commonest, "size": length or min(longest, most)}
    return {**how, "missing": list(gaps)} if gaps else how


def _are_names(distinct: int, rows: int) -> bool:
    """Whether so many different texts are rather names than categories."""
    share = distinct / rows
    return (
        share > NAMES_SHARE
        or distinct > _MOST_NAMES
        or (distinct > _MANY_NAMES and share > _MANY_NAMES_SHARE)
    )


def _categories(
    name: str,
    kind: Kind,
    reason: str,
    valued: Mapping[str, int],
    gaps: Sequence[str],
    missing: int,
    asked: Asked,
    examples: tuple[str, ...],
) -> Column:
    common = [text for text, count in valued.items() if count >= asked.rare]
    common = sorted(common, key=lambda text: (-valued[text], text))[: asked.max_categories]
    is_numeric = all(map(is_number, common))
    known = sorted(common, key=(lambda text: (float(text), text)) if is_numeric else None)
    how: dict[str, Any] = {"known": known}
    labels = [f"{name}={text}" for text in known]
    if gaps:
        how["missing"] = list(gaps)
    if len(known) < len(valued):
        how["other"] = True
        labels.append(f"{name}: other")
    gap = asked.gap_of(name)
    if missing and gap in _OWN_CATEGORY:
        gap = "category"
        how["gap"] = True
        labels.append(f"{name}: missing")
    return Column(
        name,
        kind,
        reason,
        missing,
        len(valued),
        examples,
        how,
        tuple(labels),
        gap,
    )


def _case_differences(name: str, valued: Mapping[str, int]) -> list[Remark]:
    lowered: dict[str, list[str]] = {}
    for text in valued:
        lowered.setdefault(" ".join(text.lower().split()), []).append(text)
    pairs = [texts for texts in lowered.values() if len(texts) > 1]
    if not pairs:
        return []
    examples = "; ".join(" and ".join(repr(t) for t in texts[:3]) for texts in pairs[:3])
    return [
        Remark(
            "case-differences",
            "warning",
            f"column {name!r}",
            f"texts that differ only in case or blanks are different categories: {examples}",
        )
    ]
