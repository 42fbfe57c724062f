"""What each repair of an experiment brought, as short trainings of copies showed it."""

from __future__ import annotations

import math

import msgspec

from engine.runs.events import Figure


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment of a chain, trained with several seeds."""

    values: list[Figure]
    """Of the metric, a seed each; None where it is no number, as after a divergence."""
    is_over: bool
    """Whether each training came to its end, and none was cut short."""
    refused: str = ""
    """Why it can't be trained at all; empty where it can be."""

    @property
    def known(self) -> list[float]:
        """Those that are numbers."""
        return [value for value in self.values if value is not None]

    @property
    def mean(self) -> float | None:
        """Of all seeds; None where one has no figure."""
        known = self.known
        return math.fsum(known) / len(known) if known and len(known) == len(self.values) else None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The experiment as it is, then with one repair more each."""

    metric: str
    """What was measured, like `test_accuracy`."""
    most_s: float
    """Seconds after which each training was cut short."""
    chain: list[Proven]
