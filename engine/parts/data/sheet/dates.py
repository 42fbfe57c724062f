"""Dates and times as people write them: which format a column has, and which parts it needs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

ISO = "iso"
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_DAYS = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y-%m-%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%d-%B-%Y",
    "%Y年%m月%d日",
    "%Y-%m",
    "%Y/%m",
    "%m/%Y",
    "%m/%y",
    "%b %Y",
    "%B %Y",
    "%b-%y",
    "%b-%Y",
)
_TIMES = ("%H:%M:%S", "%H:%M", "%H.%M.%S", "%I:%M:%S %p", "%I:%M %p")
FORMATS = (*_DAYS, *_TIMES, *(f"{day} {time}" for day in _DAYS for time in _TIMES))
_LIKE_A_DATE = re.compile(r".*\d.*[-/.: 年].*\d.*")
PARTS = ("year", "month", "day", "weekday", "hour", "minute")
_SAMPLE = 500


@dataclass(frozen=True)
class Dated:
    """What a column's texts say about their format."""

    format: str
    other: str = ""
    """A second format that fits all of them too: day and month can't be told apart."""


def judged(texts: Sequence[str], given: str | None = None) -> Dated | None:
    """The format that every text has; None where there is none."""
    if given is not None:
        return Dated(given)
    if not texts or not all(_LIKE_A_DATE.fullmatch(text) for text in texts[:_SAMPLE]):
        return None
    if all(_ISO.fullmatch(text) and _is_iso(text) for text in texts):
        return Dated(ISO)
    fitting = list(FORMATS)
    for text in texts:
        fitting = [format for format in fitting if parsed(text, format) is not None]
        if not fitting:
            return None
    return Dated(fitting[0], fitting[1] if len(fitting) > 1 else "")


def parsed(text: str, format: str) -> datetime.datetime | None:
    """A text's moment in a format; None where it has another."""
    try:
        if format == ISO:
            return datetime.datetime.fromisoformat(text)
        return datetime.datetime.strptime(text, format)
    except ValueError:
        return None


def _is_iso(text: str) -> bool:
    return parsed(text, ISO) is not None


def parts_of(moments: Sequence[datetime.datetime], format: str) -> list[str]:
    """The parts that differ between moments, at least one, of those that a format holds."""
    has_day = format == ISO or any(sign in format for sign in ("%d", "%Y", "%y"))
    values = {
        "year": [m.year for m in moments],
        "month": [m.month for m in moments],
        "day": [m.day for m in moments],
        "weekday": [m.weekday() for m in moments],
        "hour": [m.hour for m in moments],
        "minute": [m.minute for m in moments],
    }
    usable = PARTS if has_day else ("hour", "minute")
    varying = [part for part in usable if len(set(values[part])) > 1]
    return varying or [usable[0]]
