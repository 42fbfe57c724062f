"""What is to be done by hand again where a training is repeated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from engine.runs.changes import Change


class ChangesAhead:
    """The changes that are to come, each after as many steps."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._left = sorted(changes, key=lambda change: change.step)[::-1]
        self.next_step: float = math.inf
        """After how many steps something is to be done; asked before each of them."""
        self._look()

    def due(self, step: int) -> Iterator[Change]:
        """What is to be done after so many steps; each is handed out once."""
        while step >= self.next_step:
            change = self._left.pop()
            self._look()
            yield msgspec.structs.replace(change, step=step)

    def _look(self) -> None:
        self.next_step = self._left[-1].step if self._left else math.inf
