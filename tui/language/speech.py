"""Says English sentences in the language that was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:  # who reads English loads none of it
    from tui.language.phrase_book import PhraseBook

Language = Literal["en", "zh_CN"]
SPOKEN: tuple[Language, ...] = get_args(Language)
SOURCE: Language = "en"
"""What the program is written in."""

_COMMA = "，"

_book: PhraseBook | None = None
_language: Language = SOURCE


def speak(language: Language) -> None:
    """Say everything in this language from now on."""
    global _book, _language
    if language == _language:
        return
    _book = None if language == SOURCE else _book_of(language)
    _language = language


def spoken() -> Language:
    """The language that is spoken."""
    return _language


def tr(text: str) -> str:
    """A text in the language that is spoken; as it is where nothing of it is known there.

    It may have its figures in it already, and come from a record or from the training's process.
    """
    return text if _book is None else _book.said(text)


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence in the language that is spoken, each said for itself."""
    return (", " if _book is None else _COMMA).join(map(tr, parts))


@lru_cache(maxsize=len(SPOKEN))
def _book_of(language: Language) -> PhraseBook:
    from tui.language.phrase_book import PhraseBook

    return PhraseBook.load(language)
