"""Texts, read character by character: a file of one's own, and names that are everywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from engine.errors import DataUnavailable
from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.dataset import Dataset
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.data.generators import texts
from engine.parts.data.locations import DataLocations
from engine.parts.data.paths import absolute
from engine.parts.data.text_content import (
    as_written,
    lines_of,
    names_text,
    num_tokens,
    pieces,
    read,
)

_NAMED = {"\n": "line end", "\t": "tab", " ": "space", "\r": "return"}
"""What characters are called that nobody sees."""
SAMPLE = 160
"""Characters that are written wherever a network is drawn: some ten names."""
_MOST_CONTEXT = 4096
_TOKENIZING = ("import itertools", "import re", "from collections.abc import Sequence")
"""What the functions import that make tokens of a text."""
_LEAST_PHRASE = 40
"""Characters that hardly ever follow one another twice unless they were copied."""
_MOST_PHRASES = 200
"""Stretches of the text to validate on that are looked for, at most."""


class _Parts(NamedTuple):
    """How many samples a text is."""

    context: int
    """Tokens that each of them sees."""
    learned: int
    held: int
    """Those that are learned from, and those that are validated on."""
    overlapping: int = 1
    """So many in a row share places."""


class _Text(Data, abstract=True):
    """A text, of which the network sees so many tokens, and is asked what comes after each."""

    well_scaled = True

    def content(self) -> str:
        """The whole text. Raises DataUnavailable."""
        raise NotImplementedError

    def vocabulary_of(self, text: str) -> tuple[str, ...]:
        """The tokens that there are, in order: every character, and what else is one."""
        return tuple(sorted(set(text)))

    def parts(self, text: str) -> _Parts:
        """How many samples it is. Raises DataUnavailable where that is none."""
        raise NotImplementedError

    def facts(self) -> Facts | None:
        text = self.content()
        tokens = self.vocabulary_of(text)
        parts = self.parts(text)
        return Facts(
            shape=(parts.context + 1,),
            task="classification",
            num_samples=parts.learned,
            classes=tuple(_NAMED.get(one, one) for one in tokens),
            num_validation_samples=parts.held,
            num_tokens=len(tokens),
            tokens=tokens,
            overlapping=parts.overlapping,
            has_targets=False,
        )

    def load(self, locations: DataLocations) -> Dataset:
        own = {name: one.run() for name, one in self.own_generators(locations).items()}
        return replace(super().load(locations), own=own)


class _Windows(_Text, abstract=True):
    """A text in windows: each is context tokens, and the one that comes after each of them."""

    here = "Here it is {samples} windows of {inputs} tokens; {train} are learned from."

    context: int = parameter(
        default=16,
        help="how many tokens before the next one are seen",
        minimum=1,
        maximum=_MOST_CONTEXT,
        unit="tokens",
    )
    stride: int | None = parameter(
        default=None,
        help="how many tokens on the next window begins; None: context, so that none overlap",
        minimum=1,
        maximum=_MOST_CONTEXT,
    )
    validation: float = parameter(
        default=0.1,
        help="share at the text's end that is not learned from, but validated on",
        minimum=0,
        below=1,
    )

    def divided_at(self, text: str) -> int:
        """The first character that is validated on; the number of them where none is."""
        return len(text) - round(len(text) * self.validation)

    def generator_of(self, **span: int) -> Generator:
        """The functions that make the windows of a stretch: stride, start, end."""
        raise NotImplementedError

    def parts(self, text: str) -> _Parts:
        cut, tokens = self.divided_at(text), self.vocabulary_of(text)
        learned, held = (num_tokens(part, tokens) for part in (text[:cut], text[cut:]))
        num_train = self._num_windows(learned, self._train_stride)
        num_validation = self._num_windows(held, self.context)
        window = self.context + 1
        if not num_train:
            raise DataUnavailable(
                f"{self}: {learned:,} tokens to learn from are fewer than a window of {window}: "
                "take a smaller context, or a longer text"
            )
        if held and not num_validation:
            raise DataUnavailable(
                f"{self}: {held:,} tokens to validate on are fewer than a window of "
                f"{window}: take a smaller context, a longer text, or validation=0"
            )
        overlapping = max(1, -(-self.context // self._train_stride))
        return _Parts(self.context, num_train, num_validation, overlapping)

    def generator(self, locations: DataLocations) -> Generator:
        end = self.divided_at(self.content())
        return self.generator_of(stride=self._train_stride, start=0, end=end)

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        text = self.content()
        start = self.divided_at(text)
        if start == len(text):
            return {}
        made = self.generator_of(stride=self.context, start=start, end=len(text))
        return {"validation": made}

    @property
    def overlaps(self) -> bool:
        return self._train_stride < self.context

    def known_share(self) -> float:
        try:
            text = self.content()
        except DataUnavailable:
            return 0.0
        cut, size = self.divided_at(text), max(self.context, _LEAST_PHRASE)
        starts = range(cut, len(text) - size + 1, max(size, (len(text) - cut) // _MOST_PHRASES))
        learned = text[:cut]
        found = [text[start : start + size] in learned for start in starts]
        return sum(found) / len(found) if found else 0.0

    @property
    def _train_stride(self) -> int:
        return self.stride or self.context

    def _num_windows(self, length: int, stride: int) -> int:
        return max(0, (length - self.context - 1) // stride + 1)


class Names(_Windows, name="names"):
    """The cities that time zones are named after, a line each, as this computer knows them."""

    words = (
        "Is some five hundred names of cities, character by character: what comes next is partly "
        "a rule and partly chance."
    )

    def content(self) -> str:
        return names_text()

    def vocabulary_of(self, text: str) -> tuple[str, ...]:
        return tuple(texts.LETTERS)

    def divided_at(self, text: str) -> int:
        return text.rindex("\n", 0, super().divided_at(text)) + 1 if self.validation else len(text)

    def generator_of(self, **span: int) -> Generator:
        imports = (*_TOKENIZING, "import zlib")
        arguments = {"tokens": texts.LETTERS, "context": self.context, **span}
        needs = (texts.city_names, texts.tokenized, texts.windows)
        return Generator(texts.names, arguments, needs, imports)


class _Own(Data, abstract=True):
    """What comes before the parameters that all texts share."""

    path: str = parameter(help="the file, in UTF-8", is_path=True)


class _OwnText(_Text, _Own, abstract=True):
    """A text file of one's own."""

    is_own = True

    def facts(self) -> Facts | None:
        return super().facts() if Path(self.path).exists() else None

    def content(self) -> str:
        try:
            return read(self.path, self.state)
        except OSError as error:
            raise DataUnavailable(f"{self.path}: {error.strerror or error}") from error

    @property
    def state(self) -> tuple[int, int]:
        """What changes when the file does; raises OSError."""
        status = Path(self.path).stat()
        return status.st_mtime_ns, status.st_size

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def look(self) -> None:
        self.content()

    def at(self, folder: Path) -> Data:
        return self.with_values(path=absolute(self.path, folder))


class TextFile(_OwnText, _Windows, name="text"):
    """A text file of your own, character by character, or in pieces of words."""

    words = "Is a text of your own, of which the network learns what follows what."

    tokens: Literal["char", "bpe"] = parameter(
        default="char",
        help="what is seen one by one: characters, or pieces of words that the text repeats (bpe)",
    )
    vocabulary: int = parameter(
        default=512, help="how many tokens there are, of bpe", minimum=2, maximum=50_000
    )

    def vocabulary_of(self, text: str) -> tuple[str, ...]:
        if self.tokens == "char":
            return super().vocabulary_of(text)
        try:
            return pieces(text, self.divided_at(text), self.vocabulary)
        except DataUnavailable as error:
            raise DataUnavailable(f"{self}: {error}") from error

    def generator_of(self, **span: int) -> Generator:
        tokens = self.vocabulary_of(self.content())
        arguments: dict[str, Any] = {"path": self.path, "tokens": as_written(tokens)}
        arguments |= {"context": self.context, **span}
        imports = (*_TOKENIZING, "from pathlib import Path")
        return Generator(texts.text, arguments, (texts.tokenized, texts.windows), imports)


class Lines(_OwnText, name="lines"):
    """The lines of a text file of your own, each a sample: names, recipes, commands."""

    words = (
        "Is lines of your own, of each of which the network learns how it begins, goes on and ends."
    )
    here = "Here it is {samples} lines of at most {inputs} characters; {train} are learned from."

    context: int | None = parameter(
        default=None,
        help="how many characters of a line are seen; what is shorter is filled up with line ends, "
        "what is longer cut; None: as many as the longest line has, and its end",
        minimum=1,
        maximum=_MOST_CONTEXT,
        unit="characters",
    )
    validation: float = parameter(
        default=0.1,
        help="share of the lines, at the end, that are not learned from, but validated on",
        minimum=0,
        below=1,
    )

    def vocabulary_of(self, text: str) -> tuple[str, ...]:
        return tuple(sorted({"\n", *"".join(lines_of(text))}))

    def parts(self, text: str) -> _Parts:
        lines = lines_of(text)
        held = round(len(lines) * self.validation)
        if len(lines) <= held:
            raise DataUnavailable(
                f"{self}: {len(lines):,} lines are too few to hold some of them back: "
                "validation=0, or more lines"
            )
        longest = max(map(len, lines)) + 1
        return _Parts(self.context or min(longest, _MOST_CONTEXT), len(lines) - held, held)

    def known_share(self) -> float:
        try:
            lines = lines_of(self.content())
        except DataUnavailable:
            return 0.0
        held = round(len(lines) * self.validation)
        known = set(lines[: len(lines) - held])
        return sum(line in known for line in lines[-held:]) / held if held else 0.0

    def generator(self, locations: DataLocations) -> Generator:
        return self._generator(0, self.parts(self.content()).learned)

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        parts = self.parts(self.content())
        end = parts.learned + parts.held
        return {"validation": self._generator(parts.learned, end)} if parts.held else {}

    def _generator(self, start: int, end: int) -> Generator:
        text = self.content()
        arguments: dict[str, Any] = {
            "path": self.path,
            "tokens": "".join(self.vocabulary_of(text)),
            "context": self.parts(text).context,
            "start": start,
            "end": end,
        }
        imports = (*_TOKENIZING, "from pathlib import Path")
        return Generator(texts.lines, arguments, (texts.tokenized,), imports)


def beginning(tokens: tuple[str, ...]) -> str:
    """What a text begins after: the end of a line, else whatever comes first."""
    return "\n" if "\n" in tokens else tokens[0]
