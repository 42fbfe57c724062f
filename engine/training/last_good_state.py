"""Keeps a state to go back to after a divergence: finite, and not ruined yet."""

from __future__ import annotations

from pathlib import Path

from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state, kept
from engine.training.model import is_finite
from engine.training.probes.budget import Budget
from engine.training.trainer import Trainer

LOST = 0.5
"""A loss that has lost more than this share of the way from the first one down to the lowest is
that of weights not worth going back to."""


class LastGoodState:
    """The newest state that a good loss came after, in memory or in the checkpoint's file.

    A step's loss is that of the weights before its update: only the next one tells whether
    the update ruined them. So a state is proven once a report after it is good: near the lowest
    until then rather than near that of the untrained network, or worse.
    """

    def __init__(self, trainer: Trainer, budget: Budget, path: Path) -> None:
        """path: of the checkpoint's file, which somebody may remove."""
        self._trainer = trainer
        self._path = path
        self.budget = budget
        self._proven: Checkpoint | None = None
        self._newest: Checkpoint | None = None
        """Not proven yet."""
        self._file_step: int | None = None
        """Steps done in the state that the file holds; None without a file."""
        self._good_step = -1
        """Steps done when a loss was last found good."""
        self._lowest_loss: float | None = None

    def begin(self, last_event: int) -> None:
        """Keep the state before the first step; last_event: number of the newest event."""
        self._proven = kept(full_state(self._trainer, last_event))

    def saved(self) -> None:
        """The file holds the present state."""
        self._file_step = self._trainer.global_step

    def went_back(self) -> None:
        """The training stands where the file does; what was kept is of another one."""
        self._proven = self._newest = None
        self._file_step = self._trainer.global_step
        self._good_step = self._file_step + 1  # it was good enough to go back to

    def keep(self, last_event: int) -> None:
        """At a report: prove what was kept, and keep the present state, within the budget."""
        if not self._is_good():
            return
        trainer, budget = self._trainer, self.budget
        self._good_step = trainer.global_step
        if self._newest is not None:
            self._proven, self._newest = self._newest, None
        if trainer.reason is None and budget.allows("state", trainer.elapsed_s, 0.0):
            with budget.spending("state"):
                if is_finite(trainer.model):
                    self._newest = kept(full_state(trainer, last_event))

    def better_than_file(self) -> Checkpoint | None:
        """The state to go back to; None where the file holds it."""
        proven, in_file = self._proven, self._file_step
        if proven is None or in_file is None or not self._path.is_file():
            return proven
        is_proven = in_file < self._good_step
        return None if is_proven and in_file >= int(proven.state["step"]) else proven

    def _is_good(self) -> bool:
        trainer = self._trainer
        newest, first = trainer.newest_loss, trainer.first_loss
        points = trainer.losses.points()
        if first is None and points:  # of a checkpoint from before it was kept
            first = points[0][1]
        if newest is None or first is None:
            return True
        if self._lowest_loss is None:
            self._lowest_loss = min(first, *(loss for _, loss in points), newest)
        self._lowest_loss = min(self._lowest_loss, newest)
        return newest <= first - (1 - LOST) * (first - self._lowest_loss)
