"""What can go wrong through no fault of the program: each error knows its exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Problem:
    """One mistake in an experiment: where it is and what would be right."""

    place: str
    """The key, dotted and indexed: `optimizer.lr`, `layers[2]`; empty for the whole file."""
    message: str
    code: str = field(default="", compare=False)
    """Its kind, a stable name that the doctor's findings have too; empty where it has none."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class PerceptuiError(ValueError):
    """Base of the errors that are told to the person in one message, without a traceback."""

    exit_code: ClassVar[int] = 1
    advice = ""
    """What would help, where that was looked for: told below the message."""


class UsageError(PerceptuiError):
    """Something asked for is unknown or impossible: a name, an option, a device, a place."""

    exit_code = 2


class BadExperiment(UsageError):
    """An experiment that is not valid; holds every problem found, not only the first."""

    def __init__(self, problems: list[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        prefix = f"{source}: " if source else ""
        super().__init__("\n".join(f"{prefix}{problem}" for problem in problems))


class DataUnavailable(PerceptuiError):
    """Data that is missing, unreadable, changed, or can't be downloaded."""

    exit_code = 4

    def __init__(self, message: str, code: str = "data-unreadable") -> None:
        super().__init__(message)
        self.code = code
        """Its kind, as a problem has one: for a table that of its gravest remark."""


class NoRows(DataUnavailable):
    """A table of a header that nothing stands below."""


class NotStacked(PerceptuiError):
    """Trainings that can't be trained in one, and why; nothing was begun."""


class WorkerLost(PerceptuiError):
    """The training process is gone without a word: killed, or crashed."""


class CrewLost(PerceptuiError):
    """The processes that train together can't be kept together; the weights are whole."""


class BadCheckpoint(PerceptuiError):
    """A checkpoint that is truncated, foreign or made for another network."""


class DamagedRun(PerceptuiError):
    """A run whose own files are not those that it began with."""


class Remark(UserWarning):
    """Something that a person should know of what was done all the same."""
