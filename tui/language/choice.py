"""Which language is spoken: as the command line says, else the settings, else the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.errors import UsageError
from tui.language.speech import SOURCE, SPOKEN, Language

Choice = Literal["auto", "en", "zh_CN"]
"""What can be asked for; `auto`: what the environment says."""

OPTION = "--language"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""As gettext reads them: the first that is set counts."""
_TRADITIONAL = ("hant", "tw", "hk", "mo")


_asked: Choice = "auto"


def ask_for(choice: Choice) -> None:
    """Take what the command line says: it goes before everything else."""
    global _asked
    _asked = choice


def asked() -> Choice:
    """What the command line said."""
    return _asked


def chosen(setting: Choice, environment: Mapping[str, str]) -> Language:
    """The language to speak."""
    for choice in (_asked, setting):
        if choice != "auto":
            return choice
    return language_of(environment)


def taken(arguments: Sequence[str]) -> tuple[Choice, list[str]]:
    """What `--language` says among the arguments, and the others; raises UsageError.

    It may stand anywhere, and is known before the rest is read: help is in that language too.
    """
    choice: Choice = "auto"
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return choice, [*rest, word, *words]
        name, sign, value = word.partition("=")
        if name != OPTION:
            rest.append(word)
            continue
        choice = choice_of(value if sign else next(words, ""))
    return choice, rest


def language_of(environment: Mapping[str, str]) -> Language:
    """The first language of the environment that perceptui speaks."""
    for variable in _VARIABLES:
        if value := environment.get(variable):
            # LANGUAGE may have several; the others are one locale.
            for name in value.split(":"):
                if (language := _named(name)) is not None:
                    return language
            return SOURCE
    return SOURCE


def choice_of(text: str) -> Choice:
    """What `--language` says; raises UsageError."""
    if text == "auto":
        return "auto"
    if (language := _named(text)) is not None:
        return language
    there = ", ".join(f'"{name}"' for name in SPOKEN)
    raise UsageError(f'{OPTION} {text}: there are {there} and "auto"')


def _named(name: str) -> Language | None:
    """The language of a locale's name: `zh_CN.UTF-8`, `zh-Hans`, `en_GB`, `C`."""
    language, *regions = (
        name.partition(".")[0].partition("@")[0].replace("-", "_").lower().split("_")
    )
    if language in ("c", "posix", "en"):
        return SOURCE
    if language == "zh" and not any(region in _TRADITIONAL for region in regions):
        return "zh_CN"
    return None
