"""The step that a lesson goes on with, in its words alone: there to read before the bench is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import UsageError
from engine.lessons.heads import names, texts_of
from engine.lessons.progress import Standing, standings
from engine.spec.presets import shipped_folder
from engine.spec.toml_text import read_raw
from tui.learning.told import letters_of


@dataclass(frozen=True)
class StepWords:
    """What a step says."""

    title: str = ""
    text: str = ""
    question: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[str] = ()
    hints: Sequence[str] = ()


@dataclass(frozen=True)
class LessonWords:
    """What a lesson says."""

    name: str
    title: str
    steps: Sequence[StepWords]


@dataclass(frozen=True)
class Glance:
    """A lesson of which nothing was done yet since it was opened."""

    lesson: LessonWords
    standing: Standing
    index: int
    is_done: bool = False
    is_last: bool = False
    may_skip: bool = False
    num_hints: int = 0
    choice: int = 0
    hints: Sequence[str] = ()
    answer: str | None = None
    told: str = ""
    wrong: str = ""
    doing: str = ""
    problem: str = ""
    elsewhere: str = ""

    @property
    def step(self) -> StepWords:
        """The step."""
        return self.lesson.steps[self.index]

    @property
    def choices(self) -> Sequence[str]:
        """The answers to choose from, in order."""
        return list(self.step.choices)

    @property
    def letters(self) -> Mapping[str, str]:
        """The choices by the letters that take them."""
        return letters_of(self.choices)


def comes_along(name: str) -> Path | None:
    """The file of a lesson that comes with perceptui, which tests have read; None of others."""
    path = names().get(name)
    return path if path is not None and shipped_folder() in path.parents else None


def glance_at(name: str, language: str) -> Glance | None:
    """The step to go on with; None where its file has to be checked before it is shown."""
    path = comes_along(name)
    if path is None:
        return None
    texts = texts_of(path, language)
    try:
        raw, words = read_raw(path), read_raw(texts) if texts is not None else {}
    except UsageError:  # who opens the lesson says so
        return None
    steps = _steps(raw)
    said = _steps(words) or [{} for _ in steps]
    if not steps or len(said) != len(steps):
        return None
    told = [_words({**one, **other}) for one, other in zip(steps, said, strict=True)]
    standing = standings().get(name, Standing())
    at = standing.next_of(len(steps))
    lesson = LessonWords(name, str(words.get("title", raw.get("title", name))), told)
    return Glance(lesson, standing, at, is_last=at == len(steps) - 1)


def _steps(raw: Mapping[str, object]) -> list[dict[str, object]]:
    steps = raw.get("steps")
    return [one for one in steps if isinstance(one, dict)] if isinstance(steps, list) else []


def _words(raw: Mapping[str, object]) -> StepWords:
    choices, needs, hints = raw.get("choices"), raw.get("needs"), raw.get("hints")
    return StepWords(
        title=str(raw.get("title", "")),
        text=str(raw.get("text", "")).strip(),
        question=str(raw.get("question", "")),
        choices={str(key): str(text) for key, text in choices.items()}
        if isinstance(choices, dict)
        else {},
        needs=[str(key) for key in needs] if isinstance(needs, list) else (),
        hints=[str(hint) for hint in hints] if isinstance(hints, list) else (),
    )
