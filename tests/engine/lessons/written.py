"""Lessons as their files have them, made of a few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.lessons.lesson import Lesson
from engine.lessons.lesson_reader import lesson_of
from engine.lessons.situation import Situation
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from tests.engine.training.tiny import small

NOWHERE = DataLocations(Path("/nowhere"))

EXPERIMENT: dict[str, Any] = {
    "data": "circle(samples=20)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 4,
    "threads": 1,
    "device": "cpu",
}
"""A training of four steps."""


def step(until: str = "completed", *solution: str, **others: Any) -> dict[str, Any]:
    """A step as TOML has it."""
    written = {"title": "A step", "text": "Do it.", "until": until}
    return {**written, "solution": list(solution) or ["train"], **others}


def raw_lesson(*steps: dict[str, Any], **others: Any) -> dict[str, Any]:
    """A lesson as TOML has it."""
    texts = {"title": "A lesson", "teaches": "Something.", "experiment": EXPERIMENT}
    return {**texts, **others, "steps": list(steps) or [step()]}


def lesson(*steps: dict[str, Any], **others: Any) -> Lesson:
    """A lesson that was read."""
    return lesson_of(raw_lesson(*steps, **others), Path("mine.toml"))


def situation(experiment: Experiment | None = None) -> Situation:
    """One in which a step has begun."""
    found = Situation(experiment or small())
    found.begin_step("1")
    return found
