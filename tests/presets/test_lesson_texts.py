"""What lessons claim in their fixed texts is measured, and what they ask for stands in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from engine.lessons.lesson_reader import read_lesson
from engine.spec.writer import to_toml
from tests.presets.lesson_claims import CLAIMS, FOLDER, LIMITS, rounded
from tests.presets.measure_lessons import NAMES

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?(?: %)?")
"""A number in a text; those of one or two digits count things that anybody sees."""
QUOTED = {
    ("circle", "0.0957"),  # what the tutorial prints
    ("one-step", "1,000"),  # seeds that a claim was counted over
    ("by-heart", "0.0001"),  # a penalty that is too small
    ("two-gaussians", "0.5"),  # a coin's share
    ("own-table", "180"),  # any day
    ("own-table", "251"),  # the day after the last
    ("circle", "0.5"),  # a rate to try
}
"""Numbers that claim nothing."""


def texts(step: dict[str, object]) -> Iterator[str]:
    """All fixed texts of a step, without the figures that are filled in, and without code."""
    for key in ("text", "question", "choices", "hints", "wrong", "done"):
        for text in _inside(step.get(key, "")):
            yield re.sub(r"\{[^{}]*\}|`[^`]*`", "", text)


def _inside(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _inside(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "when":
                yield from _inside(one)


def asked(name: str) -> set[float]:
    """The numbers of a lesson's conditions, solutions and experiments."""
    raw = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    lesson = read_lesson(FOLDER / f"{name}.toml")
    said = [to_toml(lesson.start.experiment.without_prose(), complete=True)]
    for step, read in zip(raw["steps"], lesson.steps, strict=True):
        said += [step["until"], *step["solution"], *(w["when"] for w in step.get("wrong", []))]
        if read.start is not None:
            said.append(to_toml(read.start.experiment.without_prose(), complete=True))
    return {float(one) for text in said for one in re.findall(r"\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize(("lesson", "text"), CLAIMS)
def test_a_claim_is_what_is_measured(lesson: str, text: str) -> None:
    """To all digits that the text has, and the text has it."""
    assert rounded(CLAIMS[lesson, text](), text) == text
    assert text in (FOLDER / f"{lesson}.toml").read_text("utf-8").replace("\n", " ")


@pytest.mark.parametrize("what", LIMITS)
def test_a_claim_without_a_figure(what: str) -> None:
    """It lies where the text says."""
    claim, low, high = LIMITS[what]
    assert low <= claim() <= high


@pytest.mark.parametrize("name", NAMES)
def test_a_training_that_does_not_do_is_told_why(name: str) -> None:
    """Whoever trains something else than a step asks for is never left without a word."""
    raw = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    for number, step in enumerate(raw["steps"], start=1):
        if step["until"].startswith("completed and "):
            cases = [telling["when"] for telling in step.get("wrong", [])]
            assert cases[-1:] == ["completed"], f"step {number}"


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_claimed_or_asked_for(name: str) -> None:
    """A number of three digits or more, with a fraction or in percent is never typed by guess."""
    raw = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    known = asked(name)
    typed = set()
    for step in raw["steps"]:
        for text in texts(step):
            for figure in FIGURE.findall(text):
                figure = figure.strip(",")
                number = float(figure.removesuffix(" %").replace(",", ""))
                small = "%" not in figure and number == int(number) and number < 100
                share = "%" in figure and number / 100 in known
                if not (small or share or number in known or (name, figure) in CLAIMS):
                    typed.add((name, figure))
    assert typed == {one for one in QUOTED if one[0] == name}
