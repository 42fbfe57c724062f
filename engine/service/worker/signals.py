"""Signals to a worker: where nothing can be kept yet they end it, else they are taken note of."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndAtOnce(BaseException):
    """A signal or a shutdown came while nothing was trained yet that could be kept."""


class Signals:
    """The first signal that came to this process."""

    def __init__(self) -> None:
        self.number = 0
        self._may_end_at_once = False

    def heed(self) -> None:
        """From now on catch SIGINT, SIGTERM and SIGHUP."""
        for number in HEEDED:
            signal.signal(number, self._caught)

    @property
    def exit_code(self) -> int:
        """What a shell expects of a process that ended by the signal; 0 without one."""
        return 128 + self.number if self.number else 0

    @contextmanager
    def ending_at_once(self) -> Iterator[None]:
        """Here a signal ends the process wherever it is: there is nothing to be kept."""
        self._may_end_at_once = True
        try:
            if self.number:
                raise EndAtOnce
            yield
        finally:
            self._may_end_at_once = False

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.number = self.number or number
        if self._may_end_at_once:
            self._may_end_at_once = False
            raise EndAtOnce
