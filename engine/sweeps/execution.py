"""What trains a sweep's trials, and what it tells of them: processes here, a stack, a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.runs.events import Figure
from engine.runs.pictures import Boundary

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Assignment:
    """One training of a sweep."""

    number: int
    """Of the trial, from 1."""
    directory: str
    """The name of its run's directory: `0012`, or `0012-again` when it is tried once more."""
    experiment: Experiment
    """With a number for its seed, and one thread unless the person gave another number."""


Group = tuple[Assignment, ...]
"""What is trained together; one of them is an ordinary training."""


class Listener(Protocol):
    """Who is told how trials fare."""

    def begun(self, number: int) -> None:
        """Its run's directory is there."""

    def reported(self, number: int, epoch: int, metrics: Mapping[str, Figure]) -> bool:
        """An epoch was reported; whether the training is to go on."""

    def progressed(self, number: int, share: float) -> None:
        """So much of its training is done, from 0 to 1; told a few times a second at most."""

    def ended(self, number: int, boundary: Boundary | None) -> None:
        """Its record has its end; with a small picture of what it says over the plane, if any."""

    def compared(self, apart: Mapping[int, float | None]) -> None:
        """Of trials that were trained in one with others, some were trained alone, too.

        apart: by the trial's number, by how much its first or last loss differs, as a share where
        that is above 1; None where only one of the two came to a last loss.
        """


class Executor(Protocol):
    """Where groups of trials are trained."""

    name: str

    @property
    def num_at_once(self) -> int:
        """Groups that may be under way at a time."""

    async def train(self, group: Group, listener: Listener) -> None:
        """Train until every trial of the group has ended.

        Raises PerceptuiError, WorkerLost among them, where that can't be: those that have not
        ended have crashed. Cancelled it stops them, with checkpoints where that can be.
        """

    async def close(self) -> None:
        """Let go of what it holds."""
