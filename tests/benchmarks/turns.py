"""What one turn of a contestant gives, and what many turns amount to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.runs.events import Figure


@dataclass(frozen=True)
class Outcome:
    """One training, timed."""

    seconds: float
    """Wall time of what is compared; what that is, the contestant says."""
    steps: int
    losses: dict[int, float] = field(default_factory=dict)
    """Mean training loss by epoch, counted from 1, for some epochs."""
    accuracy: float | None = None
    """On the test split, at the end."""
    peak_bytes: int = 0
    """Largest resident size so far of its process, or processes."""
    threads: int = 0
    metrics: dict[str, Figure] = field(default_factory=dict)
    """Of all splits, at the end, as a record names them."""

    @property
    def step_s(self) -> float:
        return self.seconds / self.steps


@dataclass(frozen=True)
class Spread:
    """Median and quartiles."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one value."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(low, middle, high)


def ratios(theirs: Sequence[float], ours: Sequence[float]) -> Spread:
    """How many times longer the others took, turn by turn: neighbours in time are compared."""
    return Spread.of([their / our for their, our in zip(theirs, ours, strict=True)])
