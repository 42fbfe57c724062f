"""What a sweep has come to, a JSON object a line: the table that grows while it runs."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.runs.events import Figure
from engine.runs.pictures import Boundary
from engine.sweeps.plan import Cell

Ending = Literal["completed", "stop_below", "patience", "diverged", "pruned", "crashed"]
"""How a trial ended: as its training did, cut short by the search, or in no result, twice."""


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Line(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="line", tag=_snake
):
    """One line of the table."""


class CellChosen(Line, frozen=True, kw_only=True):
    """A search has chosen a configuration; of a grid they are known."""

    cell: int
    values: Cell


class TrialEnded(Line, frozen=True, kw_only=True):
    """A training is over and is not trained again."""

    trial: int
    cell: int
    values: Cell
    """One for each axis of the plan."""
    seed: int
    fold: int = 0
    ending: Ending
    value: Figure = None
    """Of the plan's objective; None where it diverged, crashed or was cut short."""
    metrics: dict[str, Figure] = {}
    """What was measured last of the training and the validation split. The test split is not
    told: whatever would choose by it would spoil it."""
    epochs: int = 0
    elapsed_s: float = 0.0
    run: str = ""
    """Its run's directory in the sweep's `runs`."""
    executor: str = ""
    """How its steps were run; `stacked`: together with other trials."""
    complaint: str = ""
    """Why it crashed."""
    boundary: Boundary | None = None
    """What it says over the plane, small."""

    @property
    def is_result(self) -> bool:
        """Whether it was trained to an end that can be compared."""
        return self.ending not in ("pruned", "crashed")


class StackChecked(Line, frozen=True, kw_only=True):
    """Trials that were trained in one with others were trained alone, too, to be compared."""

    trials: tuple[int, ...]
    worst: Figure
    """By how much a first or a last loss differs at most, as a share where it is above 1; None
    where only one of the two came to a last loss."""


class TrialCrashed(Line, frozen=True, kw_only=True):
    """A training broke off and is tried once more."""

    trial: int
    run: str
    complaint: str


class WinnerTrained(Line, frozen=True, kw_only=True):
    """The winner was trained alone, exactly as whoever takes it would."""

    cell: int
    run: str
    value: Figure


class SweepEnded(Line, frozen=True, kw_only=True):
    """Nothing is trained any more: all of it is done, or somebody stopped it."""

    reason: Literal["completed", "stopped", "failed"]
    complaint: str = ""
    elapsed_s: float
    """Of this life of the sweep; a resumed one had others."""


Lines = CellChosen | TrialEnded | StackChecked | TrialCrashed | WinnerTrained | SweepEnded


def encode(line: Lines) -> bytes:
    """A line with its end."""
    return encoded(line) + b"\n"


def decode(text: bytes) -> Lines | None:
    """What a line says; None for one that is torn or foreign."""
    try:
        line: Lines = decoded(text, Lines)
    except Undecodable:
        return None
    return line
