"""What a text says, and the tokens that it is made of."""

from __future__ import annotations

from functools import lru_cache

from engine import regular_file
from engine.decoding import NotUtf8, text_of
from engine.errors import DataUnavailable
from engine.limits import TEXT_FILE
from engine.parts.data.generators import texts

_WORDS = r" ?[^ \n]{1,64}|\s"
"""What is no more than one token, as `tokenized` has it."""


def as_written(tokens: tuple[str, ...]) -> str | list[str]:
    """The tokens as a script has them: a text where each is a character of it."""
    return "".join(tokens) if max(map(len, tokens)) == 1 else list(tokens)


def lines_of(text: str) -> list[str]:
    """Those that are not blank."""
    return [line for line in text.split("\n") if line.strip()]


@lru_cache(maxsize=4)
def num_tokens(text: str, tokens: tuple[str, ...]) -> int:
    """How many tokens a text is."""
    if max(map(len, tokens)) == 1:
        return len(text)
    return len(texts.tokenized(text, tokens))


@lru_cache(maxsize=2)
def pieces(text: str, learned: int, size: int) -> tuple[str, ...]:
    """Every character, then pieces of words in the order in which they are worth joining.

    learned: so many characters are looked at: what is validated on is not. Raises DataUnavailable.
    """
    try:
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
    except ImportError as error:
        raise DataUnavailable(
            "tokens=\"bpe\" needs tokenizers: pip install 'perceptui[bpe]'"
        ) from error
    characters = sorted(set(text))
    if len(characters) > size:
        raise DataUnavailable(
            f"a vocabulary of {size:,} has no room for the {len(characters):,} different "
            f"characters of the text: take vocabulary={2 * len(characters)}"
        )
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Split(Regex(_WORDS), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=characters, show_progress=False, special_tokens=[]
    )
    made.train_from_iterator([text[:learned]], trainer)
    places = made.get_vocab()
    pieces = sorted((one for one in places if len(one) > 1), key=lambda one: places[one])
    return (*characters, *pieces)


@lru_cache(maxsize=1)
def names_text() -> str:
    """The names of cities, a line each, from the time zones that Python knows."""
    names = texts.city_names(texts.LETTERS)
    if not names:
        raise DataUnavailable(
            "names(): this computer has no time zones to take names from: pip install tzdata"
        )
    return "\n" + "\n".join(names) + "\n"


@lru_cache(maxsize=2)
def read(path: str, _state: tuple[int, int]) -> str:
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
