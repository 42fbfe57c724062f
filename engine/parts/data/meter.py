"""Counts the bytes of a person's own files while they are read, for who waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.parts.data.locations import Loading

FIRST_S = 0.3
"""Reading that is over by then is not told of."""
EACH_S = 0.2


class Meter:
    """Tells how much of some files is read, a few times a second.

    on_loading: may raise, which gives the reading up.
    """

    def __init__(
        self,
        name: str,
        total_bytes: int,
        on_loading: Callable[[Loading], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._total_bytes = total_bytes
        self._on_loading = on_loading
        self._clock = clock
        self._done_bytes = 0
        self._next_s = clock() + FIRST_S
        self._is_told = False

    def add(self, count: int) -> None:
        """So many bytes more have been read."""
        self.reached(self._done_bytes + count)

    def reached(self, done_bytes: int) -> None:
        """So many bytes have been read in all."""
        self._done_bytes = min(done_bytes, self._total_bytes)
        if self._clock() >= self._next_s:
            self._next_s = self._clock() + EACH_S
            self._tell()

    def end(self) -> None:
        """All is read."""
        if self._is_told:
            self._done_bytes = self._total_bytes
            self._tell()

    def _tell(self) -> None:
        self._is_told = True
        loading = Loading(self._name, self._done_bytes, self._total_bytes, verb="reading")
        self._on_loading(loading)
