"""Keeps what is measured beside a training within its share of the time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.015
"""Measurements take at most this share of the training's time: what can't be counted, the calls
that find nothing due and the caches that are cold afterwards, stays within two hundredths too."""
FIRST_S = 0.001
"""What a measurement of a small network takes at first, in a process that is warm."""


class Budget:
    """Counts its own time, and allows more once the training has taken its share again."""

    def __init__(self, share: float = SHARE) -> None:
        self.spent_s = 0.0
        self._share = share
        self._took_s: dict[str, float] = {}
        """Seconds that the last time took, by what it was."""

    def allows(self, what: str, elapsed_s: float, expected_s: float = FIRST_S) -> bool:
        """Whether there is time for this, as dear as it was the last time.

        expected_s: what it may cost the first time.
        """
        return self.lacking_s(what, elapsed_s, expected_s) <= 0

    def lacking_s(self, what: str, elapsed_s: float, expected_s: float = FIRST_S) -> float:
        """How much more time there must be for this; not above zero where there is enough."""
        return self.spent_s + self._took_s.get(what, expected_s) - self._share * elapsed_s

    @contextmanager
    def spending(self, what: str) -> Iterator[None]:
        """Count the time that this takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spend(what, time.perf_counter() - began)

    def spend(self, what: str, took_s: float) -> None:
        """Count a time that was measured already."""
        self._took_s[what] = took_s
        self.spent_s += took_s
