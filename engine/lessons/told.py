"""What a lesson tells of what really happened: texts with {figures}, filled from a situation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.lessons.condition import Condition, Reference
from engine.lessons.condition_parser import Surroundings, read_reference
from engine.lessons.fact import Value
from engine.lessons.facts import FACTS
from engine.lessons.situation import Situation

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
UNKNOWN = "…?"
"""In the place of a figure that is not known."""


@dataclass(frozen=True)
class Text:
    """A Markdown text with figures in it."""

    written: str
    pieces: tuple[str | Reference, ...]

    def filled(self, situation: Situation, choices: dict[str, dict[str, str]]) -> str:
        """The text with the figures of this situation.

        choices: the words of each choice, by the step that it is of.
        """
        return "".join(
            piece if isinstance(piece, str) else _figure(piece, situation, choices)
            for piece in self.pieces
        )


@dataclass(frozen=True)
class Telling:
    """A text for one case."""

    when: Condition | None
    """None for any case."""
    text: Text


def chosen(tellings: Sequence[Telling], situation: Situation) -> Telling | None:
    """The first text whose case it is."""
    for telling in tellings:
        if telling.when is None or telling.when.is_so(situation):
            return telling
    return None


def read_figures(
    text: str, place: str, problems: list[Problem], surroundings: Surroundings
) -> Text:
    """The text with its figures; adds to problems for what is none. A brace is written twice."""
    pieces: list[str | Reference] = []
    at = 0
    for match in _PIECE.finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
        if match[1] is None:
            pieces.append(match[0][0])
        elif (figure := read_reference(match[1], place, problems, surroundings)) is not None:
            pieces.append(figure)
    pieces.append(text[at:])
    return Text(text, tuple(piece for piece in pieces if piece != ""))


def _figure(reference: Reference, situation: Situation, choices: dict[str, dict[str, str]]) -> str:
    """A figure of this step, or else of the lesson so far."""
    value = reference.value(situation)
    if value is None:
        value = reference.value(situation.since_the_start())
    if reference.name == "answer" and isinstance(value, str):
        step = str(reference.arguments[0]) if reference.arguments else situation.step
        return choices.get(step, {}).get(value, value)
    return shown(value, "number" if reference.is_field else FACTS[reference.name].kind)


def shown(value: Value, kind: str = "number") -> str:
    """A value for a sentence, with as many digits as the bench shows: `0.2346`, `1,234`, `57%`."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if kind == "share":
        return f"{100 * value:.3g}%"
    if kind == "count" or (isinstance(value, int) and abs(value) >= 10_000):
        return f"{value:,.0f}"
    if value == round(value) and abs(value) < 10_000:
        return f"{value:.0f}"
    if abs(value) >= 10_000:
        return f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.2g}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
