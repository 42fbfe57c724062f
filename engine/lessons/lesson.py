"""A lesson: an experiment to begin with, and steps that each ask for one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.lessons.condition import Condition
from engine.lessons.situation import Situation
from engine.lessons.solution import Verb
from engine.lessons.told import Telling, chosen
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Start:
    """What stands on the bench when a lesson, or a step, begins."""

    name: str
    """The preset's, or the lesson's where it has an experiment of its own."""
    experiment: Experiment


@dataclass(frozen=True)
class Step:
    """One thing to do, and how to tell that it was done."""

    name: str
    """What conditions call it, where it has a question; else its number, from 1."""
    title: str
    text: str
    """Markdown: what it is about, and what to do."""
    until: Condition
    """It is done when this holds."""
    until_text: str
    """The condition as it is written."""
    needs: tuple[str, ...]
    """Keys that it needs, as the app binds them."""
    start: Start | None
    """What is put on the bench when it begins; None where that stays as it is."""
    question: str
    choices: Mapping[str, str]
    """What can be answered, in words."""
    hints: tuple[str, ...]
    wrong: tuple[Telling, ...]
    done: tuple[Telling, ...]
    solution: tuple[Verb, ...]

    def is_done(self, situation: Situation) -> bool:
        """Whether what it asks for has happened."""
        return self.until.is_so(situation)


@dataclass(frozen=True)
class Lesson:
    """A lesson that was read and checked."""

    name: str
    path: Path
    title: str
    teaches: str
    order: float
    """Its place in the course; a person's own come after, by name."""
    start: Start
    otherwise: Start | None
    """What it starts from where the data of `start` is not here and would have to be downloaded."""
    steps: tuple[Step, ...]

    def begins_with(self, locations: DataLocations) -> Start:
        """What it starts from on this machine."""
        if self.otherwise is None or self.start.experiment.data.is_here(locations.data_dir):
            return self.start
        return self.otherwise

    def begun(self, locations: DataLocations) -> Situation:
        """The situation in which its first step has begun."""
        situation = Situation(self.begins_with(locations).experiment)
        self.begin(situation, 0)
        return situation

    def begin(self, situation: Situation, index: int) -> None:
        """Let a step begin, with what it starts from."""
        step = self.steps[index]
        situation.begin_step(step.name, step.start.experiment if step.start else None)

    def told_done(self, step: Step, situation: Situation) -> str:
        """What is said of a step that is done, in the person's own figures; may be empty."""
        return self._told(step.done, situation)

    def told_wrong(self, step: Step, situation: Situation) -> str:
        """What is said of something that leads elsewhere; empty where nothing does."""
        return self._told(step.wrong, situation)

    def _told(self, tellings: tuple[Telling, ...], situation: Situation) -> str:
        telling = chosen(tellings, situation)
        choices = {step.name: dict(step.choices) for step in self.steps}
        return telling.text.filled(situation, choices) if telling else ""
