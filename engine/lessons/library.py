"""Finds lessons: those that come along, and a person's own beside their presets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError
from engine.lessons.heads import OWN, names, texts_of
from engine.lessons.lesson import Lesson
from engine.lessons.lesson_reader import read_lesson
from engine.spec.nearest import nearest
from engine.spec.toml_text import read_raw


@dataclass(frozen=True)
class Listing:
    """A lesson as a list shows it."""

    name: str
    path: Path
    title: str
    teaches: str
    order: float
    num_steps: int


def listings(language: str = "") -> tuple[list[Listing], list[UsageError]]:
    """Every lesson in the order of the course, and the errors of files that could not be read.

    Only texts are read; a lesson is checked when it is asked for.
    """
    found, errors = [], []
    for name, path in names().items():
        try:
            raw = read_raw(path)
            words = raw if (texts := texts_of(path, language)) is None else read_raw(texts)
        except UsageError as error:
            errors.append(error)
            continue
        order, steps = raw.get("order"), raw.get("steps")
        found.append(
            Listing(
                name,
                path,
                str(words.get("title", name)),
                str(words.get("teaches", "")),
                float(order) if isinstance(order, int | float) else OWN,
                len(steps) if isinstance(steps, list) else 0,
            )
        )
    found.sort(key=lambda one: (one.order, one.name))
    return found, errors


def find_lesson(name: str, language: str = "") -> Lesson:
    """The lesson of this name; raises UsageError with the nearest match, or BadLesson."""
    known = names()
    if name not in known:
        advice = nearest(name, known) or ": `perceptui learn --list` lists them"
        raise UsageError(f'unknown lesson "{name}"{advice}')
    return read_lesson(known[name], texts_of(known[name], language))
