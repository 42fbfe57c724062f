"""Text columns: categories, names or sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.parts.data.generators.texts import divided
from engine.parts.data.sheet.asked import Asked, By, Kind
from engine.parts.data.sheet.column import EXAMPLES, Column
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.words import BEGINS_WITH_DIGIT, is_number
from engine.parts.kinds import shown

_NAMES_SHARE = 0.7
"""Of the rows, that must differ for texts to be names and no categories."""
_MANY_NAMES, _MANY_NAMES_SHARE, _MOST_NAMES = 1000, 0.3, 5000
"""Different texts from which a smaller share of the rows makes names, and from which any does."""
_MOST_TOKENS = 5000
"""Characters or words that are told apart, the commonest; all others are one."""
_MOST_CHARACTERS, _MOST_WORDS = 128, 32
"""Of a text, that are seen where nobody says how many."""
_OWN_CATEGORY = ("auto", "mean", "median", "category", "indicator")
"""What can be asked for missing cells that makes a category of them, where there are some."""


def worded(
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
    examples = tuple(list(valued)[:EXAMPLES])
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
        share > _NAMES_SHARE
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
