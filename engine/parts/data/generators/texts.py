"""Generators of texts as windows of tokens; printed into scripts as they stand."""

from __future__ import annotations

import zlib
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


def windows(
    text: str, characters: str, context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Stretches of context + 1 characters between two places, as tokens, stride apart.

    A token is a character's place among those that there are; a window has no answer beside it.
    """
    known = {character: token for token, character in enumerate(characters)}
    tokens = torch.tensor([known[character] for character in text[start:end]])
    found = tokens.unfold(0, context + 1, stride)
    return found, torch.empty(len(found), 0)


def names(
    characters: str, context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows over the names of cities, a line each."""
    text = "\n" + "\n".join(city_names(characters)) + "\n"
    return windows(text, characters, context, stride, start, end)


def text(
    path: str, characters: str, context: int, stride: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows over a file's text."""
    return windows(Path(path).read_text("utf-8"), characters, context, stride, start, end)
