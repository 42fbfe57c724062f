"""How the numbers of a column are written: decimal mark, thousands, currency, unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.parts.data.sheet.words import DECORATED, PLAIN

_GROUPS_COMMA = re.compile(r"\d{1,3}(,\d{3})+")
_GROUPS_DOT = re.compile(r"\d{1,3}(\.\d{3})+")
_UNIT_SHARE = 0.5
"""Of the numbers, that must have a unit for it to be one."""
_MARKS = "'\u2019 \u00a0\u202f"
"""Thousands marks that can be nothing else."""


@dataclass(frozen=True)
class Numerals:
    """How to make numbers of a column's texts."""

    decimal: str = "."
    thousands: str = ""
    remove: tuple[str, ...] = ()
    is_ambiguous: bool = False
    """Whether 1,200 may be twelve hundred or one and a fifth."""
    is_certain_comma: bool = False
    """Whether a comma can only be a decimal mark."""
    unit: str = ""
    """Behind or before the number, as it is said to people."""

    def arguments(self) -> dict[str, Any]:
        """The arguments that the generator's `numbers` takes."""
        result: dict[str, Any] = {"decimal": self.decimal}
        if self.thousands:
            result["thousands"] = self.thousands
        if self.remove:
            result["remove"] = list(self.remove)
        return result

    @property
    def said(self) -> str:
        """In words: `decimal comma, thousands divided by '.', %`; empty for plain numbers."""
        words = []
        if self.decimal == ",":
            words.append("decimal comma")
        if self.thousands:
            words.append(f"thousands divided by {self.thousands!r}")
        if self.unit:
            words.append(f"{self.unit} left out")
        elif self.remove:
            words.append("signs around them left out")
        return ", ".join(words)


@dataclass(frozen=True)
class Numbered:
    """What a column's texts say about their numerals."""

    numerals: Numerals
    odd: tuple[str, ...]
    """Texts that are no such numbers."""
    share: float
    """Of the cells, that are."""


def judged(counts: Mapping[str, int], decimal: str | None) -> Numbered | None:
    """How the texts of a column, each with its count, are numbers; None where most are none.

    decimal: the mark that is given, or that other columns of the file make certain.
    """
    matches = {text: DECORATED.fullmatch(text) for text in counts}
    units: dict[tuple[str, str], int] = {}
    for text, match in matches.items():
        if match:
            key = ((match["before"] or ""), (match["after"] or "").strip())
            units[key] = units.get(key, 0) + counts[text]
    total = sum(counts.values())
    if not units or not total:
        return None
    befores = {before for before, _ in units if before}
    afters = {after for _, after in units if after}
    known = sum(units.values())
    for signs, place in ((befores, 0), (afters, 1)):
        if sum(n for key, n in units.items() if key[place]) < _UNIT_SHARE * known:
            signs.clear()  # a letter behind a few numbers is part of a code: 136A
    if len(afters) > 1 or len(befores) > 1:
        common = max(units, key=lambda key: units[key])
        befores, afters = {common[0]} - {""}, {common[1]} - {""}
    allowed = {("", ""), *((b, a) for b in ("", *befores) for a in ("", *afters))}
    good = {
        text: match
        for text, match in matches.items()
        if match
        and ((match["before"] or ""), (match["after"] or "").strip()) in allowed
        and bool(match["open"]) == bool(match["close"])
    }
    numerals = _marks((m["digits"].strip() for m in good.values()), decimal)
    numerals = Numerals(
        numerals.decimal,
        numerals.thousands,
        tuple(sorted(befores | afters, key=len, reverse=True)),
        numerals.is_ambiguous,
        numerals.is_certain_comma,
        " ".join(repr(sign) for sign in sorted(befores | afters)),
    )
    odd = tuple(text for text in counts if text not in good or not _fits(good[text], numerals))
    share = 1 - sum(counts[text] for text in odd) / total
    return Numbered(numerals, odd, share)


def value_of(text: str, numerals: Numerals) -> float | None:
    """A single text as the number that it is in these numerals; None where it is none."""
    match = DECORATED.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = {match["before"] or "", (match["after"] or "").strip()} - {""}
    if not signs <= set(numerals.remove) or not _fits(match, numerals):
        return None
    head, _, tail = match["digits"].strip().partition(numerals.decimal)
    for mark in numerals.thousands:
        head = head.replace(mark, "")
    minuses = sum(bool(match[name]) for name in ("open", "minus"))
    minuses += sum(match[name] in ("-", "\u2212") for name in ("sign", "sign2"))
    value = float(f"{head}.{tail}{match['power'] or ''}" if tail else head + (match["power"] or ""))
    return -value if minuses % 2 else value


def signs_of(text: str) -> tuple[str, ...]:
    """The signs before and behind a number, like its currency; none where it is no number."""
    match = DECORATED.fullmatch(text)
    if match is None:
        return ()
    return tuple(sign for sign in (match["before"], (match["after"] or "").strip()) if sign)


def _marks(digits: Iterable[str], decimal: str | None) -> Numerals:
    """Which marks stand for what in these digits."""
    comma = dot = False
    commas_group = dots_group = True
    several_dots = False
    comma_last = dot_last = False
    marks = ""
    for text in digits:
        for mark in _MARKS:
            if mark in text and mark not in marks:
                marks += mark
        text = text.translate({ord(mark): None for mark in _MARKS})
        if "," in text:
            comma = True
            if "." in text:
                comma_last |= text.rindex(",") > text.rindex(".")
                dot_last |= text.rindex(".") > text.rindex(",")
            else:
                commas_group &= _GROUPS_COMMA.fullmatch(text) is not None
        if "." in text:
            dot = True
            if "," not in text:
                dots_group &= _GROUPS_DOT.fullmatch(text) is not None
                several_dots |= text.count(".") > 1
    if comma and dot:
        if comma_last and not dot_last:
            return Numerals(",", "." + marks, is_certain_comma=True)
        if dot_last and not comma_last:
            return Numerals(".", "," + marks)
        if commas_group and not dots_group:
            return Numerals(".", "," + marks)
        if dots_group and not commas_group:
            return Numerals(",", "." + marks, is_certain_comma=True)
    if comma:
        if decimal == "." or (commas_group and decimal is None):
            return Numerals(".", "," + marks, is_ambiguous=commas_group and decimal is None)
        return Numerals(",", marks, is_certain_comma=not commas_group)
    if dot and dots_group and (several_dots or decimal == ","):
        return Numerals(",", "." + marks, is_ambiguous=not several_dots)
    return Numerals(".", marks)


def _fits(match: re.Match[str], numerals: Numerals) -> bool:
    """Whether a number's digits are one number once the thousands marks are left out."""
    digits = match["digits"].strip()
    head, _, tail = digits.partition(numerals.decimal)
    for mark in numerals.thousands:
        if mark in head:
            first, *groups = head.split(mark)
            if not 1 <= len(first) <= 3 or any(len(g) != 3 for g in groups if g.isdigit()):
                return False
        head = head.replace(mark, "")
    return PLAIN.fullmatch(f"{head}.{tail}" if tail else head or "") is not None
