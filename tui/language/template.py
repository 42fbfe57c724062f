"""A sentence with fields, and finding the figures of one that was made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_FIELD = re.compile(r"{(\w+)(:n)?}")
_SPOKEN_OF = re.compile(r"'[^']*'|(?<!\S)[()](?!\S)")
"""What a sentence quotes, and a bracket that stands alone in it."""
_NUMBER = re.compile(r"[-+−]?(?:[\d.,]+(?:e[-+]?\d+)?%?|nan|inf)")
_WORD = re.compile(r"[A-Za-z]{2,}")


_QUOTES = frozenset("\"'`=_")


def words_of(text: str) -> set[str]:
    """The words of a text, in small letters."""
    return {word.lower() for word in _WORD.findall(text)}


def has_fields(text: str) -> bool:
    """Whether a sentence is a template."""
    return bool(_FIELD.search(text))


class Template:
    """One sentence, `epoch {epoch:n} of {name}`, where `:n` says that a number stands there."""

    def __init__(self, text: str, said: str) -> None:
        self.said = said
        """Its translation, with the same fields."""
        fields = list(_FIELD.finditer(text))
        ends = [0, *(field.end() for field in fields)]
        starts = [*(field.start() for field in fields), len(text)]
        self._literals = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        self._fields = [(field[1], bool(field[2])) for field in fields]
        self.quoted = {
            name
            for (name, _), before, after in zip(
                self._fields, self._literals, self._literals[1:], strict=False
            )
            if before[-1:] in _QUOTES or after[:1] in _QUOTES or before.endswith("did you mean ")
        }
        """Fields that hold what is typed, which no language changes."""
        self.weight = sum(
            letter.isalpha() for part in self._literals for letter in part
        ) + 0.1 * sum(is_number for _, is_number in self._fields)
        """How many of its letters are its own; of two alike, the one that wants numbers."""
        self.words = words_of(re.sub(r"\w*{\w+(?::n)?}\w*", "{}", text))
        """Those that stand whole beside its fields: each text that it makes has them."""

    def begun_with(self, figures: Mapping[str, str]) -> str:
        """The figure that the text begins with; empty where that is a word of its own."""
        return figures[self._fields[0][0]] if not self._literals[0] else ""

    def filled(self, figures: Mapping[str, str]) -> str:
        """Its translation with figures; other braces are what they are."""
        return _FIELD.sub(lambda field: figures[field[1]], self.said)

    def fillings(self, text: str) -> Iterator[dict[str, str]]:
        """What its fields may have been for a text, the first as short as can be; else nothing."""
        first, last = self._literals[0], self._literals[-1]
        if self._fields and text.startswith(first) and text.endswith(last):
            end = len(text) - len(last)
            yield from self._from(0, len(first), text, end)

    def _from(self, field: int, start: int, text: str, end: int) -> Iterator[dict[str, str]]:
        name, is_number = self._fields[field]
        if field == len(self._fields) - 1:
            figure = text[start:end]
            if start <= end and (_NUMBER.fullmatch(figure) if is_number else _is_whole(figure)):
                yield {name: figure}
            return
        literal = self._literals[field + 1]
        place = text.find(literal, start, end)
        while place != -1:
            figure = text[start:place]
            if _NUMBER.fullmatch(figure) if is_number else _is_whole(figure):
                for rest in self._from(field + 1, place + len(literal), text, end):
                    yield {name: figure, **rest}
            place = text.find(literal, place + 1, end)


def _is_whole(figure: str) -> bool:
    """Whether a field may hold it: no part of a call does, but a bracket that is spoken of may."""
    if figure.count("(") == figure.count(")"):
        return True
    rest = _SPOKEN_OF.sub("", figure)
    return rest.count("(") == rest.count(")")
