"""How fast steps may follow one another, so that a person can watch them; no number changes by it.

Only who watches sets one: a training that nobody paces asks it nothing.
"""

from __future__ import annotations

import math

from engine.errors import UsageError

SLOWEST, FASTEST = 0.1, 1e6
"""Steps a second."""
BEHIND_S = 0.25
"""What a training that is slower than its pace makes up for, at most."""


def pace_of(steps: int, lasting_s: float) -> float:
    """Steps a second with which so many take about so long; 0 where no pace is so fast."""
    steps_per_s = max(SLOWEST, steps / lasting_s)
    return steps_per_s if steps_per_s <= FASTEST else 0.0


class Pace:
    """Says how many steps are due; times are those of time.monotonic."""

    def __init__(self) -> None:
        self.steps_per_s = 0.0
        """0 for as fast as it goes."""
        self._due = 0.0
        """When the next step is."""

    def set(self, steps_per_s: float, now: float) -> None:
        """Let so many steps a second come from now on; raises UsageError."""
        if steps_per_s and not SLOWEST <= steps_per_s <= FASTEST:
            raise UsageError(f"pace: give {SLOWEST:g} to {FASTEST:,.0f} steps a second, or 0")
        self.steps_per_s = steps_per_s
        self.begin(now)

    def begin(self, now: float) -> None:
        """The next step is due at once: a person has asked for it."""
        self._due = now

    def allowed(self, now: float) -> int | None:
        """Steps that are due; None for any number."""
        if not self.steps_per_s:
            return None
        self._due = max(self._due, now - BEHIND_S)
        return max(0, 1 + math.floor((now - self._due) * self.steps_per_s))

    def done(self, steps: int) -> None:
        """So many were done."""
        if self.steps_per_s:
            self._due += steps / self.steps_per_s

    def rest_s(self, now: float) -> float:
        """Seconds until the next step is due."""
        return max(0.0, self._due - now) if self.steps_per_s else 0.0
