"""Words for a shell to read: a paste of them runs one command, whatever stands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

_ESCAPED = re.compile(r"(?<!\S)\$'((?:[^'\\]|\\.)*)'(?!\S)", re.DOTALL)
"""A word as `shell_word` writes it where quotes do not help."""


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


def shell_words(line: str) -> list[str]:
    """The words of such a line; raises ValueError where a quote is left open."""
    return shlex.split(_ESCAPED.sub(lambda found: shlex.quote(_meant(found[1])), line))


def _meant(escaped: str) -> str:
    """What a shell reads in $'...'."""
    raw = re.sub(rb"\\([0-7]{3}|.)", _byte, escaped.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def _byte(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if len(code) == 3 else code


def _escaped(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
