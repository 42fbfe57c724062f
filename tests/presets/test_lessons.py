"""Every lesson's solution is played to its end, through the real engine, by one shared trainer."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.lessons.check import complaints
from engine.lessons.lesson_reader import read_lesson
from engine.lessons.player import Played, play
from engine.parts.data import DataLocations
from engine.service.client.session import Session
from tests.engine.service.live import run_async
from tests.presets.measure import DATA_DIR
from tests.presets.measure_lessons import FOLDER, NAMES

NOWHERE = Path("/nowhere")
"""A data directory in which nothing is."""


def played(name: str, socket: Path, runs_dir: Path, data_dir: Path) -> list[Played]:
    """What comes of each step of a lesson, told in every language that it is told in."""
    lesson = read_lesson(FOLDER / f"{name}.toml")
    others = [read_lesson(lesson.path, texts) for texts in FOLDER.glob(f"*/{name}.toml")]
    at = DataLocations(data_dir)

    async def steps() -> list[Played]:
        async with Session.connect(socket) as session:
            return [one async for one in play(lesson, session, runs_dir, at, others)]

    return run_async(steps())


LONG = (
    "by-heart",
    "digits-vae",
    "filters",
    "initial-luck",
    "moons-flow",
    "names-gpt",
    "out-of-the-bench",
    "sorting",
)
"""They train longest: in `make test` the same is asked of the others, and of their texts."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.rare) if n in LONG else n for n in NAMES]
)
def test_every_step_is_false_before_and_true_after(name: str, warm: Path, tmp_path: Path) -> None:
    """Played where no data set was downloaded; all that is told has its figures."""
    steps = played(name, warm, tmp_path, NOWHERE)
    assert [str(problem) for step in steps for problem in complaints(step)] == []
    assert [(step.was_done, step.is_done) for step in steps] == [(False, True)] * len(steps)
    assert len(steps) == len(read_lesson(FOLDER / f"{name}.toml").steps)


WITH_DATA = [name for name in NAMES if read_lesson(FOLDER / f"{name}.toml").otherwise]


@pytest.mark.rare  # the same lesson is played on other data above
@pytest.mark.parametrize("name", WITH_DATA)
def test_lessons_of_downloaded_data(name: str, warm: Path, tmp_path: Path) -> None:
    """Played on the data that the lesson is about, where it is."""
    lesson = read_lesson(FOLDER / f"{name}.toml")
    if lesson.begins_with(DataLocations(DATA_DIR)) != lesson.start:
        pytest.skip(f"MNIST is not in {DATA_DIR}: set PERCEPTUI_DATA_DIR to where it is")
    steps = played(name, warm, tmp_path, DATA_DIR)
    assert [str(problem) for step in steps for problem in complaints(step)] == []
    assert len(steps) == len(lesson.steps)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_as_long_as_a_lesson(name: str) -> None:
    """6 to 12 steps, each short, with a hint and a word at its end."""
    lesson = read_lesson(FOLDER / f"{name}.toml")
    assert 6 <= len(lesson.steps) <= 12
    for number, step in enumerate(lesson.steps, start=1):
        assert len(step.text.split()) <= 120, f"step {number} is long"
        assert step.hints, f"step {number} has no hint"
        assert step.done, f"step {number} says nothing at its end"
