"""Texts of a person, made harmless inside a program."""

from __future__ import annotations

import textwrap

WIDTH = 88


def plain(text: str) -> str:
    """A text in one line without control characters, escape codes or lone surrogates."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def docstring(paragraphs: list[str]) -> list[str]:
    """The lines of a docstring; nothing in the paragraphs can end it or escape from it."""
    safe = [plain(text).replace("\\", "\\\\").replace('"', '\\"') for text in paragraphs]
    wrapped = [_wrapped(text) for text in safe if text]
    return ['"""' + "\n\n".join(wrapped), '"""']


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
