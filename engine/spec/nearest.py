"""Offers the known word that a mistyped one is most like."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_TELLING = 4
"""Letters of a first word that says what is meant: `test_split` is `test_fraction`."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`: did you mean X?` for the known word most like this one, or the empty text."""
    match = nearest_word(word, known)
    return f": did you mean {match}?" if match else ""


def nearest_word(word: str, known: Iterable[str]) -> str:
    """The known word that is most like this one, or begins as it does; else the empty text."""
    by_lower = {name.lower(): name for name in known}
    match = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    first, more, _ = word.lower().partition("_")
    if not match and more and len(first) >= _TELLING:
        match = [name for name in by_lower if name.startswith(f"{first}_")]
    return by_lower[match[0]] if match else ""
