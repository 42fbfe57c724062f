"""Generators of texts as windows of tokens; printed into scripts as they stand."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from engine.parts.later import torch

LETTERS = "\n '-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def city_names(letters: str) -> list[str]:
    """The cities that time zones are named after, in an order that no alphabet gives."""
    from zoneinfo import available_timezones

    no_places = ("Etc/", "SystemV/", "US/")
    zones = [zone for zone in available_timezones() if not zone.startswith(no_places)]
    names = {zone.rpartition("/")[2].replace("_", " ") for zone in zones if "/" in zone}
    plain = [name for name in names if set(name) <= set(letters)]  # the same letters everywhere
    return sorted(plain, key=lambda name: zlib.crc32(name.encode()))


def tokenized(text: str, tokens: Sequence[str]) -> list[int]:
    """A text as places among the tokens that there are.

    Each word, with the space before it, begins as its characters; two neighbors that are a token
    together become one, those first that stand first among the tokens (Sennrich et al. 2016).
    Raises KeyError for a character that is no token.
    """
    known = {token: place for place, token in enumerate(tokens)}
    words: dict[str, list[int]] = {}
    found: list[int] = []
    for word in re.findall(r" ?[^ \n]{1,64}|\s", text):
        if word not in words:
            parts = list(word)
            while len(parts) > 1:
                joined = [known.get(a + b, len(known)) for a, b in itertools.pairwise(parts)]
                place = joined.index(min(joined))
                if joined[place] == len(known):
                    break
                parts[place : place + 2] = ["".join(parts[place : place + 2])]
            words[word] = [known[part] for part in parts]
        found += words[word]
    return found


def divided(text: str, by: str) -> list[str]:
    """A text's characters, or its words in small letters and the signs between them."""
    return list(text) if by == "char" else re.findall(r"\w+|[^\w\s]", text.lower())


def windows(
    text: str, tokens: Sequence[str], context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Stretches of context + 1 tokens between two characters of a text, stride apart.

    A window has no answer beside it.
    """
    found = torch.tensor(tokenized(text[start:end], tokens)).unfold(0, context + 1, stride)
    return found, torch.empty(len(found), 0)


def names(
    tokens: str, context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows over the names of cities, a line each."""
    text = "\n" + "\n".join(city_names(tokens)) + "\n"
    return windows(text, tokens, context, stride, start, end)


def text(
    path: str, tokens: Sequence[str], context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows over a file's text."""
    return windows(Path(path).read_text("utf-8"), tokens, context, stride, start, end)


def lines(
    path: str, tokens: Sequence[str], context: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Some lines of a file, each from the line end before it to its own, empty ones left out.

    What is longer than context + 1 tokens is cut; line ends fill up what is shorter.
    """
    rows = [line for line in Path(path).read_text("utf-8").split("\n") if line.strip()][start:end]
    found = torch.full((len(rows), context + 1), tokens.index("\n"))
    for row, line in enumerate(rows):
        read = tokenized(f"\n{line}", tokens)[: context + 1]
        found[row, : len(read)] = torch.tensor(read)
    return found, torch.empty(len(found), 0)
