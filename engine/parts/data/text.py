"""Texts, read character by character: a file of one's own, and names that are everywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from engine import regular_file
from engine.decoding import NotUtf8, text_of
from engine.errors import DataUnavailable
from engine.limits import TEXT_FILE
from engine.parts.component import parameter
from engine.parts.data.base import Data, DataLocations, Dataset, Facts, Generator, OwnSplit
from engine.parts.data.generators import texts
from engine.parts.data.paths import absolute

_NAMED = {"\n": "line end", "\t": "tab", " ": "space", "\r": "return"}
"""What characters are called that nobody sees."""


SAMPLE = 160
"""Characters that are written wherever a network is drawn: some ten names."""
_LEAST_PHRASE = 40
"""Characters that hardly ever follow one another twice unless they were copied."""
_MOST_PHRASES = 200
"""Stretches of the text to validate on that are looked for, at most."""


class _Text(Data, abstract=True):
    """A text in windows: each is context characters, and the one that comes after each of them."""

    well_scaled = True
    here = "Here it is {samples} windows of {inputs} characters; {train} are learned from."

    context: int = parameter(
        default=16,
        help="how many characters before the next one are seen",
        minimum=1,
        maximum=4096,
        unit="characters",
    )
    stride: int | None = parameter(
        default=None,
        help="how many characters on the next window begins; None: context, so that none overlap",
        minimum=1,
        maximum=4096,
    )
    validation: float = parameter(
        default=0.1,
        help="share at the text's end that is not learned from, but validated on",
        minimum=0,
        below=1,
    )

    def content(self) -> str:
        """The whole text. Raises DataUnavailable."""
        raise NotImplementedError

    def characters(self) -> str:
        """Those that there are, in the order of their tokens."""
        return "".join(sorted(set(self.content())))

    def divided_at(self, text: str) -> int:
        """The first character that is validated on; the number of them where none is."""
        return len(text) - round(len(text) * self.validation)

    def generator_of(self, **span: int) -> Generator:
        """The functions that make the windows of a stretch: stride, start, end."""
        raise NotImplementedError

    def facts(self) -> Facts | None:
        text = self.content()
        cut = self.divided_at(text)
        characters = tuple(self.characters())
        num_train = self._num_windows(cut, self._train_stride)
        num_validation = self._num_windows(len(text) - cut, self.context)
        window = self.context + 1
        if not num_train:
            raise DataUnavailable(
                f"{self}: {cut:,} characters to learn from are fewer than a window of {window}: "
                "take a smaller context, or a longer text"
            )
        if cut < len(text) and not num_validation:
            raise DataUnavailable(
                f"{self}: {len(text) - cut:,} characters to validate on are fewer than a window of "
                f"{window}: take a smaller context, a longer text, or validation=0"
            )
        return Facts(
            shape=(self.context + 1,),
            task="classification",
            num_samples=num_train,
            classes=tuple(_NAMED.get(one, one) for one in characters),
            num_validation_samples=num_validation,
            num_tokens=len(characters),
            tokens=characters,
            overlapping=max(1, -(-self.context // self._train_stride)),
            has_targets=False,
        )

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

    def load(self, locations: DataLocations) -> Dataset:
        own = {name: one.run() for name, one in self.own_generators(locations).items()}
        return replace(super().load(locations), own=own)

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


class Names(_Text, name="names"):
    """The cities that time zones are named after, a line each, as this computer knows them."""

    words = (
        "Is some five hundred names of cities, character by character: what comes next is partly "
        "a rule and partly chance."
    )

    def content(self) -> str:
        return _names_text()

    def characters(self) -> str:
        return texts.LETTERS

    def divided_at(self, text: str) -> int:
        return text.rindex("\n", 0, super().divided_at(text)) + 1 if self.validation else len(text)

    def generator_of(self, **span: int) -> Generator:
        imports = ("import zlib",)
        arguments = {"characters": texts.LETTERS, "context": self.context, **span}
        return Generator(texts.names, arguments, (texts.city_names, texts.windows), imports)


class _Own(Data, abstract=True):
    """What comes before the parameters that all texts share."""

    path: str = parameter(help="the file, in UTF-8", is_path=True)


class TextFile(_Text, _Own, name="text"):
    """A text file of your own, character by character."""

    words = "Is a text of your own, of which the network learns what follows what."
    is_own = True

    def facts(self) -> Facts | None:
        return super().facts() if Path(self.path).exists() else None

    def content(self) -> str:
        try:
            status = Path(self.path).stat()
            return _read(self.path, (status.st_mtime_ns, status.st_size))
        except OSError as error:
            raise DataUnavailable(f"{self.path}: {error.strerror or error}") from error

    def generator_of(self, **span: int) -> Generator:
        arguments: dict[str, str | int] = {"path": self.path, "characters": self.characters()}
        arguments |= {"context": self.context, **span}
        return Generator(texts.text, arguments, (texts.windows,), ("from pathlib import Path",))

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def look(self) -> None:
        self.content()

    def at(self, folder: Path) -> Data:
        return self.with_values(path=absolute(self.path, folder))


def beginning(tokens: tuple[str, ...]) -> str:
    """What a text begins after: the end of a line, else whatever comes first."""
    return "\n" if "\n" in tokens else tokens[0]


@lru_cache(maxsize=1)
def _names_text() -> str:
    names = texts.city_names(texts.LETTERS)
    if not names:
        raise DataUnavailable(
            "names(): this computer has no time zones to take names from: pip install tzdata"
        )
    return "\n" + "\n".join(names) + "\n"


@lru_cache(maxsize=2)
def _read(path: str, _state: tuple[int, int]) -> str:
    """A text as it is; _state: of the file, another of which is another text."""
    with regular_file.opened(path, TEXT_FILE) as file:
        content = file.read()
    if b"\0" in content:
        raise DataUnavailable(f"{path}: it is no text: it has bytes that no text has")
    try:
        text = text_of(content).replace("\r\n", "\n").replace("\r", "\n")
    except NotUtf8 as error:
        raise DataUnavailable(
            f"{path}: it is no text in UTF-8 (byte {error.start:,}): save it as UTF-8"
        ) from error
    if not text:
        raise DataUnavailable(f"{path}: it is empty")
    return text
