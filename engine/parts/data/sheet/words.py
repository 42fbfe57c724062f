"""Words and numbers as people write them in tables."""

from __future__ import annotations

import re

GAPS = ("na", "n/a", "nan", "null", "?", "#n/a", "<na>", "n.a.", "#n/a n/a", "(null)", "\\n")
"""What stands for a missing cell in any column, in small letters, beside nothing at all."""
NUMBER_GAPS = (
    *GAPS,
    "-",
    "--",
    "---",
    ".",
    "..",
    "...",
    "none",
    "nil",
    "missing",
    "unknown",
    "not available",
    "#div/0!",
    "#value!",
    "#ref!",
    "#name?",
    "#num!",
    "#null!",
    "-nan",
    "nd",
    "n.d.",
    "void",
    "*",
)
"""What stands for one in a column of numbers or dates: there these can be nothing else."""
LETTER_GAPS = ("na", "nan", "null")
"""Gaps that are words of letters: in a column of classes each can be a class (North America)."""

LARGEST = 3.4028235677973362e38
"""The largest number that is rounded to a float32: written shortest, the largest one is more."""
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
"""A number as programs write it."""
BEGINS_WITH_DIGIT = re.compile(r"[-+(\u2212$\u20ac\u00a3\u00a5\u20b9]?\s*[.,]?\d")

_AROUND = r"(?:[$\u20ac\u00a3\u00a5\u20b9]|US\$|USD|EUR|GBP|CHF|Rs\.)"
_DIGITS = r"\d[\d.,'\u2019\u00a0\u202f ]*|[.,]\d+"
DECORATED = re.compile(
    rf"(?P<open>\()?(?P<sign>[+\-\u2212])?\s*(?P<before>{_AROUND})?\s*(?P<sign2>[+\-\u2212])?"
    rf"(?P<digits>{_DIGITS})(?P<power>[eE][+-]?\d+)?\s*(?P<after>[^\d\s,.'()+-][^\d,'()]*?)?"
    r"(?P<minus>-)?(?P<close>\))?"
)
"""A number with signs around it: currency, percent, unit, thousands, accounting minus."""


def is_number(text: str) -> bool:
    """Whether a text is a number as programs write it."""
    return PLAIN.fullmatch(text) is not None


def is_gap(text: str) -> bool:
    """Whether a cell holds nothing, or a word for it, in any column."""
    return not text or text.lower() in GAPS


def is_gap_in_numbers(text: str) -> bool:
    """Whether a cell holds nothing, or a word for it, in a column of numbers."""
    return not text or text.lower() in NUMBER_GAPS
