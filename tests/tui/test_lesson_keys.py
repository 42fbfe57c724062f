"""The keys that lessons name are keys that the app has."""

from __future__ import annotations

import re

import pytest

from engine.lessons.lesson_reader import read_lesson
from tests.presets.measure_lessons import FOLDER, NAMES
from tests.tui.bound_keys import bound_keys, named

CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.parametrize("name", NAMES)
def test_a_step_names_keys_that_there_are(name: str) -> None:
    """What it needs is bound, and so is whatever looks like a key in its texts."""
    bound = bound_keys()
    lesson = read_lesson(FOLDER / f"{name}.toml")
    for number, step in enumerate(lesson.steps, start=1):
        where = f"step {number} of {name}"
        assert {named(key) for key in step.needs} <= bound, where
        told = [telling.text.written for telling in (*step.wrong, *step.done)]
        in_code = {code for text in (step.text, *step.hints, *told) for code in CODE.findall(text)}
        keys = {code for code in in_code if len(code) == 1 or code.startswith(("ctrl+", "shift+"))}
        assert {named(key) for key in keys} <= bound, where
        said = {code for code in CODE.findall(step.text) if named(code) in bound}
        assert said <= set(step.needs), where
