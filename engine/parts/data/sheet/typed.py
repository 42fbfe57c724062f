"""A cell as a person writes it, read as the training read its column's; without the library."""

from __future__ import annotations

import difflib
import math
import re
import zlib
from collections.abc import Sequence
from typing import Any

from engine.parts.data.generators.texts import divided
from engine.parts.data.sheet import dates, numerals
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.numerals import Numerals
from engine.parts.data.sheet.words import LARGEST, is_gap, is_gap_in_numbers, is_number
from engine.parts.kinds import shown

MISSING = 'the value is missing, and only a training with missing="mean" would fill it in'
TEXTS = ("hash", "tokens")
"""Arguments of the columns that are made of sentences."""
_FILLED = ("mean", "median", "indicator")
_PERIODS = {"month": 12, "day": 31, "weekday": 7, "hour": 24, "minute": 60}
_MOST_LISTED = 20
_CURRENCIES = (
    "$",
    "\u20ac",
    "\u00a3",
    "\u00a5",
    "\u20b9",
    "US$",
    "USD",
    "EUR",
    "GBP",
    "CHF",
    "Rs.",
)


class BadCell(ValueError):
    """Why a cell is nothing that its column can hold, in a clause."""


def encode(
    cell: str | float, column: Column, decimal: str = ".", na: Sequence[int | float | str] = ()
) -> list[float]:
    """A cell as the column's inputs, NaN where the training fills in; raises BadCell.

    A number is one, a text is read as people write it. decimal: the mark of the table or file.
    na: what else than the usual words stands for a missing cell.
    """
    how = column.how
    assert how is not None, "only columns that become inputs are asked for"
    text = _spelled(cell)
    words = how.get("missing", ())
    is_named = text in words or text.lower() in {w.lower() for w in na if isinstance(w, str)}
    if "known" in how:
        return _category(text, is_named or is_gap(text), how, column)
    if "tokens" in how:
        return _places("" if is_named else text, how)
    if "hash" in how:
        return _words("" if is_named else text, how["hash"])
    if is_named or (isinstance(cell, str) and is_gap_in_numbers(text)) or cell != cell:
        return _missing(column)
    if "parts" in how:
        return _moment(text, how)
    value = float(cell) if not isinstance(cell, str) else number(text, how, decimal)
    if value in how.get("sentinels", ()) or value in [w for w in na if not isinstance(w, str)]:
        return _missing(column)
    if not abs(value) <= LARGEST:
        raise BadCell(f"{shown(text)} is not a number that float32 can hold")
    return [value, 0.0] if "indicator" in how else [value]


def is_filled(column: Column) -> bool:
    """Whether the training's figures stand for a cell that is missing."""
    return column.gap in _FILLED


def can_be_missing(column: Column) -> bool:
    """Whether a sample may lack this column's cell."""
    how = column.how or {}
    return is_filled(column) or bool(how.get("gap")) or not how.keys().isdisjoint(TEXTS)


def is_of_numbers(column: Column) -> bool:
    """Whether it becomes inputs as the numbers that it has."""
    return (column.how or {}).keys().isdisjoint(("known", "parts", *TEXTS))


def number(text: str, how: dict[str, Any], decimal: str = ".") -> float:
    """A number as the column writes them, else as people do where that means one thing only.

    Raises BadCell, also for a sign that the column's numbers do not have: 12 % may be 12 or 0.12.
    """
    own = Numerals(
        how.get("decimal", decimal), how.get("thousands", ""), tuple(how.get("remove", ()))
    )
    if "decimal" in how and (value := numerals.value_of(text, own)) is not None:
        return value
    if is_number(text) and not (decimal == "," and "." in text):
        return float(text)
    foreign = [sign for sign in numerals.signs_of(text) if sign not in own.remove]
    if foreign and (own.remove or any(sign not in _CURRENCIES for sign in foreign)):
        has = f"are in {own.remove[0]!r}" if own.remove else f"have no {foreign[0]!r}"
        raise BadCell(f"{shown(text)} can't be compared: the numbers of the training {has}")
    for mark in (decimal, None):  # 3,5 has a decimal comma wherever it stands
        found = numerals.judged({text: 1}, mark)
        if found is not None and not found.odd:
            value = numerals.value_of(text, found.numerals)
            if value is not None:
                return value
    if is_number(text):
        return float(text)
    raise BadCell(f"{shown(text)} is not a number")


def _spelled(cell: str | float) -> str:
    """A cell as a text; whole numbers without a point, as the columns of texts have them."""
    return cell.strip() if isinstance(cell, str) else f"{cell:.15g}"


def _missing(column: Column) -> list[float]:
    if not is_filled(column):
        raise BadCell(MISSING)
    nothing = [math.nan] * column.inputs
    return [math.nan, 1.0] if "indicator" in (column.how or {}) else nothing


def _places(text: str, how: dict[str, Any]) -> list[float]:
    """As `token_places` has it."""
    size, tokens = how["size"], how["tokens"]
    found = divided(text, how["by"])[:size]
    places = [tokens.index(one) + 2.0 if one in tokens else 1.0 for one in found]
    return [*places, *[0.0] * (size - len(places))]


def _words(text: str, size: int) -> list[float]:
    counts = [0.0] * size
    for word in re.findall(r"\w+", text.lower()):
        counts[zlib.crc32(word.encode()) % size] += 1
    return counts


def _category(text: str, is_missing: bool, how: dict[str, Any], column: Column) -> list[float]:
    known: list[str] = how["known"]
    result = [0.0] * column.inputs
    if text in known:
        result[known.index(text)] = 1.0
    elif is_missing:
        if not how.get("gap"):
            return _missing(column)
        result[-1] = 1.0
    elif is_number(text) and (plain := f"{float(text):.15g}") in known:
        result[known.index(plain)] = 1.0
    elif len(same := [name for name in known if name.casefold() == text.casefold()]) == 1:
        result[known.index(same[0])] = 1.0
    elif how.get("other"):
        result[len(known)] = 1.0
    else:
        near = difflib.get_close_matches(text, known, n=1)
        first = [near[0], *(k for k in known if k != near[0])] if near else known
        listed = ", ".join(first[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
        raise BadCell(f"unknown category {shown(text)}; the data has {listed}")
    return result


def _moment(text: str, how: dict[str, Any]) -> list[float]:
    moment = dates.parsed(text, how["format"]) or dates.parsed(text, dates.ISO)
    if moment is None:
        like = "2024-03-31" if how["format"] == dates.ISO else how["format"]
        raise BadCell(f"{shown(text)} is no date or time like {like}")
    result = []
    for part in how["parts"]:
        value = float(moment.weekday() if part == "weekday" else getattr(moment, part))
        if how.get("cyclic") and part in _PERIODS:
            turn = 2 * math.pi * value / _PERIODS[part]
            result += [math.sin(turn), math.cos(turn)]
        else:
            result.append(value)
    return result
