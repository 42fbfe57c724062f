"""Cells as a person types them, read as the training read the table's; without the library."""

from __future__ import annotations

import math
import re
import zlib
from typing import Any

from engine.errors import UsageError
from engine.parts.data.sheet import dates
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.words import is_gap, is_gap_in_numbers, is_number
from engine.parts.kinds import shown

_FILLED = ("mean", "median", "indicator")
_PERIODS = {"month": 12, "day": 31, "weekday": 7, "hour": 24, "minute": 60}


def encode(text: str, column: Column, place: str) -> list[float]:
    """A cell as the column's inputs, NaN where the training fills in.

    Raises UsageError, naming the place, for what the column can't be.
    """
    how = column.how
    assert how is not None, "only columns that become inputs are asked for"
    text = text.strip()
    words = how.get("missing", ())
    if "known" in how:
        return _category(text, is_gap(text) or text in words, how, column, place)
    if text in words or is_gap_in_numbers(text):
        _check_filled(column, place)
        nothing = [math.nan] * column.inputs
        return [math.nan, 1.0] if "indicator" in how else nothing
    if "parts" in how:
        return _moment(text, how, place)
    if "hash" in how:
        counts = [0.0] * how["hash"]
        for word in re.findall(r"\w+", text.lower()):
            counts[zlib.crc32(word.encode()) % how["hash"]] += 1
        return counts
    value = number(text, how, place)
    if value in how.get("sentinels", ()):
        _check_filled(column, place)
        value = math.nan
    return [value, float(math.isnan(value))] if "indicator" in how else [value]


def _check_filled(column: Column, place: str) -> None:
    if column.gap not in _FILLED:
        raise UsageError(f"{place}: the value is missing")


def number(text: str, how: dict[str, Any], place: str) -> float:
    """A number as the column writes them, or as programs do; raises UsageError."""
    plain = text
    if not is_number(plain) and how.get("decimal"):
        for sign in how.get("remove", ()):
            plain = plain.replace(sign, "")
        for mark in how.get("thousands", ""):
            plain = plain.replace(mark, "")
        plain = plain.replace(how["decimal"], ".").replace("\u2212", "-")
        plain = re.sub(r"^\((.*)\)$", r"-\1", plain)
        plain = re.sub(r"^(.*)-$", r"-\1", plain).strip()
    value = float(plain) if is_number(plain) else math.nan
    if not math.isfinite(value):
        raise UsageError(f"{place}: {shown(text)} is not a number")
    return value


def _category(
    text: str, is_missing: bool, how: dict[str, Any], column: Column, place: str
) -> list[float]:
    known: list[str] = how["known"]
    result = [0.0] * column.inputs
    other, gap = bool(how.get("other")), bool(how.get("gap"))
    if is_missing:
        if gap:
            result[-1] = 1.0
            return result
        _check_filled(column, place)
        return [math.nan] * column.inputs
    if text in known:
        result[known.index(text)] = 1.0
    elif other:
        result[len(known)] = 1.0
    else:
        listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        raise UsageError(f"{place}: unknown category {shown(text)}; the data has {listed}")
    return result


def _moment(text: str, how: dict[str, Any], place: str) -> list[float]:
    moment = dates.parsed(text, how["format"])
    if moment is None:
        like = "2024-03-31" if how["format"] == dates.ISO else how["format"]
        raise UsageError(f"{place}: {shown(text)} is no date or time like {like}")
    result = []
    for part in how["parts"]:
        value = float(moment.weekday() if part == "weekday" else getattr(moment, part))
        if how.get("cyclic") and part in _PERIODS:
            turn = 2 * math.pi * value / _PERIODS[part]
            result += [math.sin(turn), math.cos(turn)]
        else:
            result.append(value)
    return result
