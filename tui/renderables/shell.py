"""Words for a shell to read: a paste of them runs one command, whatever stands in them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def shell_line(words: Iterable[str]) -> str:
    """The words as one line that bash, zsh and ksh read as exactly these."""
    return " ".join(map(shell_word, words))


def shell_word(text: str) -> str:
    """A word in quotes where it needs them; whatever a terminal could act upon is escaped.

    Quotes alone do not help there: a pasted escape sequence ends the paste before a shell reads
    any quote.
    """
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
