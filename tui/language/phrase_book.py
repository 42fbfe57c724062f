"""A catalogue of sentences, in which one with its figures already in it is found too.

A record holds its sentences in English, and so does what another process says: there the template
that a sentence was made of is gone, and is found again by its words.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

DOMAIN = "perceptui"
FOLDER = Path(__file__).parent
_FIELD = re.compile(r"{(\w+)(:n)?}")
_NUMBER = r"[-+−]?(?:[\d.,]+(?:e[-+]?\d+)?%?|nan|inf)"
_WORD = re.compile(r"[A-Za-z]{2,}")
_JOINTS = (
    ("\n", "\n", "\n"),
    (r"(?<=[^.\d][.!?]) +(?=\S)", "", " "),
    (r"; ", "；", "; "),
    (r": ", "：", ": "),
    (r", ", "，", ", "),
)
"""What stands between parts of a text: in English, in Chinese, and beside what stays English."""


class Template(NamedTuple):
    """A sentence with fields."""

    pattern: re.Pattern[str]
    said: str
    """Its translation, with the same fields."""
    weight: int
    """How many of its letters are its own."""


class PhraseBook:
    """What is said for what."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = phrases
        self._templates: dict[str, list[Template]] | None = None
        """By a word that each of them has; made when first one is looked for."""
        self.said = lru_cache(maxsize=8192)(self._said)
        """A text in this language."""

    @classmethod
    def load(cls, language: str) -> PhraseBook:
        """The catalogue of a language; empty where there is none."""
        path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
        with path.open("rb") as file:
            found = gettext.GNUTranslations(file)
        # All of them at once are behind its public face only; a plural's key is (text, number).
        pairs: dict[str | tuple[str, int], str] = found._catalog  # type: ignore[attr-defined]
        return cls({k if isinstance(k, str) else k[0]: text for k, text in pairs.items() if k})

    def _said(self, text: str) -> str:
        bare = text.strip()
        if not _WORD.search(bare):
            return text
        found = self._whole(bare)
        if found is None:
            found = self._parts(bare)
        if found is None:
            return text
        before = text[: len(text) - len(text.lstrip())]
        return f"{before}{found}{text[len(text.rstrip()) :]}"

    def _whole(self, text: str) -> str | None:
        """A text that the catalogue has, as it is or with its figures."""
        if (said := self._phrases.get(text)) is not None:
            return said
        if text.endswith(".") and (said := self._phrases.get(text[:-1])) is not None:
            return f"{said}。"
        for template in self._candidates(text):
            if match := template.pattern.fullmatch(text):
                figures = {name: self.said(figure) for name, figure in match.groupdict().items()}
                return template.said.format_map(figures)
        return None

    def _parts(self, text: str) -> str | None:
        """A text of several, of which one at least is known."""
        for joint, here, there in _JOINTS:
            parts = re.split(joint, text)
            if len(parts) == 1:
                continue
            said = [self.said(part) for part in parts]
            if said == parts:
                continue
            joined = said[0]
            for before, after in pairwise(said):
                is_plain = before[-1:].isascii() and after[:1].isascii()
                joined += f"{there if is_plain else here}{after}"
            return joined
        if text.endswith(".") and (said_whole := self._whole(text[:-1])) is not None:
            return f"{said_whole}。"
        return None

    def _candidates(self, text: str) -> Iterator[Template]:
        """The templates that a text may have been made of, the most telling first."""
        if self._templates is None:
            self._templates = _indexed(self._phrases)
        words = {word.lower() for word in _WORD.findall(text)}
        found = [one for word in words for one in self._templates.get(word, ())]
        return iter(sorted(found, key=lambda one: -one.weight))


def _indexed(phrases: Mapping[str, str]) -> dict[str, list[Template]]:
    """The templates by the rarest of their words."""
    own = {text: _words_of(text) for text in phrases if _FIELD.search(text)}
    counts: dict[str, int] = {}
    for words in own.values():
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    found: dict[str, list[Template]] = {}
    for text, words in own.items():
        if words:
            weight = sum(map(str.isalpha, _FIELD.sub("", text)))
            template = Template(_pattern(text), phrases[text], weight)
            found.setdefault(min(words, key=counts.__getitem__), []).append(template)
    return found


def _words_of(text: str) -> set[str]:
    """The words that stand whole beside no field."""
    bare = re.sub(r"\w*{\w+(?::n)?}\w*", "{}", text)
    return {word.lower() for word in _WORD.findall(bare)}


def _pattern(text: str) -> re.Pattern[str]:
    parts, end = [], 0
    for field in _FIELD.finditer(text):
        parts.append(re.escape(text[end : field.start()]))
        parts.append(f"(?P<{field[1]}>{_NUMBER if field[2] else '.*?'})")
        end = field.end()
    parts.append(re.escape(text[end:]))
    return re.compile("".join(parts), re.DOTALL)
