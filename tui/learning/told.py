"""What a page of a lesson goes by: of one that is played, and of one that is only read yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.lessons.progress import Standing

LETTERS = "abcdef"
"""What takes a choice, from the first on."""


def letters_of(choices: Sequence[str]) -> Mapping[str, str]:
    """The choices by the letters that take them; digits have letters of their own."""
    if all(name.isalpha() for name in choices):
        return {name: name for name in choices}
    return dict(zip(LETTERS, choices, strict=False)) if len(choices) <= len(LETTERS) else {}


class ToldStep(Protocol):
    """The words of a step."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def choices(self) -> Mapping[str, str]: ...
    @property
    def needs(self) -> Sequence[str]: ...
    @property
    def hints(self) -> Sequence[str]: ...


class ToldLesson(Protocol):
    """The words of a lesson."""

    @property
    def title(self) -> str: ...
    @property
    def steps(self) -> Sequence[ToldStep]: ...


class Told(Protocol):
    """A lesson, where somebody is in it, and what came of what was done."""

    @property
    def lesson(self) -> ToldLesson: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def step(self) -> ToldStep | None: ...
    @property
    def index(self) -> int: ...
    @property
    def is_done(self) -> bool: ...
    @property
    def is_last(self) -> bool: ...
    @property
    def num_hints(self) -> int: ...
    @property
    def choice(self) -> int: ...
    @property
    def choices(self) -> Sequence[str]: ...
    @property
    def letters(self) -> Mapping[str, str]: ...
    @property
    def hints(self) -> Sequence[str]: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def told(self) -> str: ...
    @property
    def wrong(self) -> str: ...
    @property
    def doing(self) -> str: ...
    @property
    def problem(self) -> str: ...
