"""What is wrong with a lesson that can be read: found by playing its solutions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.errors import Problem
from engine.lessons.lesson import Lesson
from engine.lessons.player import Played, play
from engine.lessons.told import UNKNOWN
from engine.parts.data import DataLocations
from engine.service.client.session import Session


async def check(
    lesson: Lesson, session: Session, runs_dir: Path, locations: DataLocations
) -> list[Problem]:
    """Play a lesson to its end; what is never fulfilled, fulfilled from the start, or unsaid."""
    problems: list[Problem] = []
    async for played in play(lesson, session, runs_dir, locations):
        problems += complaints(played)
        if played.failure and played.number < len(lesson.steps):
            message = f"it is not reached: the solution of step {played.number} breaks off"
            problems.append(Problem(f"steps[{played.number + 1}]", message))
    return problems


def complaints(played: Played) -> Iterator[Problem]:
    """What is wrong with a step that was played."""
    place, asked = f"steps[{played.number}]", played.step.until_text
    if played.was_done:
        message = f"{asked} is fulfilled from the start: nothing would have to be done"
        yield Problem(f"{place}.until", message)
    for told in played.told:
        if told.early:
            message = f"it is told before anything was done: {_brief(told.early)}"
            yield Problem(f"{place}.wrong", message)
    if played.failure:
        yield Problem(f"{place}.solution", played.failure)
    elif not played.is_done:
        yield Problem(f"{place}.until", f"{asked} is never fulfilled by the solution")
    for told in played.told:
        if played.is_done and UNKNOWN in told.done:
            yield Problem(f"{place}.done", f"a figure is not known then: {_brief(told.done)}")
        for choice, said in told.wrong.items():
            if not said:
                message = f'the answer "{choice}" is wrong, and nothing is said'
                yield Problem(f"{place}.wrong", message)
            elif UNKNOWN in said:
                yield Problem(f"{place}.wrong", f"a figure is not known then: {_brief(said)}")


def _brief(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:77] + "...")
