"""A catalogue of sentences, in which one with its figures already in it is found too.

A record holds its sentences in English, and so does what another process says: there the template
that a sentence was made of is gone, and is found again by its words.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path

from engine import regular_file
from tui.language.spacing import spaced
from tui.language.template import Template, has_fields, words_of

DOMAIN = "perceptui"
FOLDER = Path(__file__).parent
_WORD = re.compile(r"[A-Za-z]{2,}")
_JOINTS = (
    ("\n", "\n", "\n"),
    (r"(?<=[^.\d][.!?]) +(?=\S)", "", " "),
    ("; ", "；", "; "),
    (": ", "：", ": "),
    (r" (?=\([^()]*\)$)", "", " "),
)
"""What stands between parts of a text: in English, in Chinese, and beside what stays English."""
_LOOSE_JOINTS = ((", ", "，", ", "), (" or ", "或", " 或 "), (" and ", "和", " 和 "))
"""The same within a sentence: it is taken apart only where each part is known, or is a name."""
_NAMED = re.compile(r"([A-Z]\w*(?:\([^()]*\))?|[\w.]+ = \S+) ([a-z].+)", re.DOTALL)
"""A clause of something of the experiment, which is named as it is written there."""
_PLACED = re.compile(r"([a-z/.~][^\s:]*|[^\s:]+\.\w+): (.+)", re.DOTALL)
"""What is said of a key or a file, with its name before it."""
_CLAUSES = re.compile(r": \S")
"""Where a sentence goes on with another."""
_SETTING = re.compile(r"[\w.]+ = \S+")
_FEW = 3
"""So many words may stay English in any text: classes and columns have names."""
_TYPED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\S*[=_()/\[\]]\S*|\w+\.\w[\w.]*")
"""What a person types, or a file has."""
_MOST_FILLINGS, _MOST_TEMPLATES, _MOST_SPLITS = 32, 24, 6


class PhraseBook:
    """What is said for what."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = phrases
        self._templates: Mapping[str, list[Template]] | None = None
        """By a word that each of them has; made when the first one is looked for."""
        self.said = lru_cache(maxsize=8192)(self._said)
        """A text in this language; as it is where nothing of it is known."""

    @classmethod
    def load(cls, language: str) -> PhraseBook:
        """The catalogue of a language; raises OSError where there is none."""
        book = cls.read(language)
        for text, said in list(book.items()):  # a clause that goes on from another may stand alone
            if text[0] in ":;,":
                book.setdefault(text[1:].strip(), said.lstrip("：；，"))
        return cls(book)

    @staticmethod
    def read(language: str) -> dict[str, str]:
        """What is in a language's compiled catalogue; raises OSError."""
        path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
        with regular_file.opened(path) as file:
            found = gettext.GNUTranslations(file)
        # All of them at once are behind its public face only.
        phrases: dict[str, str] = found._catalog  # type: ignore[attr-defined]
        return {text: said for text, said in phrases.items() if text}

    def _said(self, text: str) -> str:
        bare = text.strip()
        if not _WORD.search(bare):
            return text
        found = self._best(bare)
        if found is None:
            return text
        before = text[: len(text) - len(text.lstrip())]
        return f"{before}{found}{text[len(text.rstrip()) :]}"

    def _best(self, text: str) -> str | None:
        """The reading of a text that leaves the fewest words unsaid; None where there is none."""
        if (said := self._phrases.get(text)) is not None:
            return said
        best, least = None, 0
        for said in self._readings(text):
            unsaid = _num_words(said)
            if best is None or unsaid < least:
                best, least = said, unsaid
            if not least:
                break
        if best is not None and (left := _num_plain(best)) > _FEW:
            # A few words in Chinese among English ones say less than English.
            return best if 2 * left <= _num_plain(text) else None
        return best

    def _readings(self, text: str) -> Iterator[str]:
        """What a text may say: as a whole, with a full stop, and taken apart.

        A sentence that another one leads to, and that puts its first words elsewhere, comes last:
        it would take the other along.
        """
        if (placed := _PLACED.fullmatch(text)) and (said := self.said(placed[2])) != placed[2]:
            yield spaced(_joined([placed[1], said], "：", ": "))
        late = []
        for template in islice(self._candidates(text), _MOST_TEMPLATES):
            if (found := self._filled(template, text)) is not None:
                said, takes_along = found
                if takes_along:
                    late.append(said)
                else:
                    yield said
        if text.endswith(".") and (said := self.said(text[:-1])) != text[:-1]:
            yield f"{said}。"
        if (named := _NAMED.fullmatch(text)) and (said := self.said(named[2])) != named[2]:
            yield f"{named[1]} {said}"
        for joint, here, there in _JOINTS:
            for at in islice(re.finditer(joint, text), _MOST_SPLITS):
                parts = [text[: at.start()], text[at.end() :]]
                # What stands before a colon in small letters is a key, or a file.
                is_place = here == "：" and parts[0].islower() and " " not in parts[0]
                said_parts = [parts[0] if is_place else self.said(parts[0]), self.said(parts[1])]
                if said_parts != parts:
                    yield spaced(_joined(said_parts, here, there))
        for joint, here, there in _LOOSE_JOINTS:
            parts = text.split(joint)
            if len(parts) > 1 and (listed := self._listed(parts)) is not None:
                yield spaced(_joined(listed, here, there))
        yield from late

    def _listed(self, parts: list[str]) -> list[str] | None:
        """Parts of a list; None where one is not clear. One name makes names of all the words."""
        said = [self.said(part) for part in parts]
        if not all(map(_is_clear, parts, said)):
            return None
        words = [" " not in part.strip() for part in parts]
        has_name = any(
            word and part == other for word, part, other in zip(words, parts, said, strict=True)
        )
        if not has_name:
            return said
        return [
            part if word else other for word, part, other in zip(words, parts, said, strict=True)
        ]

    def _filled(self, template: Template, text: str) -> tuple[str, bool] | None:
        """A template's translation with the figures of a text; None where it is not of it.

        And whether the figure that it begins with is more than a figure. Where its words leave
        open what belongs to which field, the figures that are understood.
        """
        best, least, takes_along = None, 0, False
        for figures in islice(template.fillings(text), _MOST_FILLINGS):
            said = {
                name: figure if name in template.quoted else self.said(figure)
                for name, figure in figures.items()
            }
            unsaid = sum(map(_num_words, said.values()))
            if best is None or unsaid < least:
                best, least = said, unsaid
                takes_along = bool(_CLAUSES.search(template.begun_with(figures)))
            if not least:
                break
        return (spaced(template.filled(best)), takes_along) if best is not None else None

    def _candidates(self, text: str) -> Iterator[Template]:
        """The templates that a text may have been made of, the most telling first."""
        if self._templates is None:
            self._templates = _indexed(self._phrases)
        words = sorted(words_of(text))
        found = [one for word in words for one in self._templates.get(word, ())]
        return iter(sorted(found, key=lambda one: -one.weight))


def _is_clear(part: str, said: str) -> bool:
    """Whether a part of a sentence is said, or is a name or a setting that needs no saying."""
    if said == part:
        return " " not in part.strip() or bool(_SETTING.fullmatch(part))
    return not re.search("[a-z]{2,}", _TYPED.sub("", said))


def _num_words(text: str) -> int:
    return len(_WORD.findall(text))


def _num_plain(text: str) -> int:
    """How many English words stand in a text, names and what is typed aside."""
    return len(re.findall(r"\b[a-z]{2,}\b", _TYPED.sub("", text)))


def _joined(parts: list[str], here: str, there: str) -> str:
    joined = parts[0]
    for before, after in pairwise(parts):
        is_plain = before[-1:].isascii() and after[:1].isascii()
        joined += f"{there if is_plain else here}{after}"
    return joined


def _indexed(phrases: Mapping[str, str]) -> Mapping[str, list[Template]]:
    """The templates by the rarest of their words."""
    templates = [Template(text, said) for text, said in phrases.items() if has_fields(text)]
    counts: dict[str, int] = {}
    for template in templates:
        for word in template.words:
            counts[word] = counts.get(word, 0) + 1
    found: dict[str, list[Template]] = {}
    for template in templates:
        if template.words:
            rarest = min(sorted(template.words), key=counts.__getitem__)
            found.setdefault(rarest, []).append(template)
    return found
