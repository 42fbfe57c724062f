"""Tells which epoch is the best so far, and when patience has run out."""

from __future__ import annotations

from engine.parts.metrics import METRICS, Metric
from engine.training.training_state import SelectionState


class Selection:
    """The best epoch by what selects, of the validation split, else of the training split.

    Of epochs that are alike the first is the best; one that is undefined, nan, is never better.
    """

    def __init__(self, patience: int | None, metric: Metric = METRICS["loss"]) -> None:
        self.patience = patience
        self.metric = metric
        self.value = metric.worst
        self.epoch = 0
        self.improved = False
        """Whether the best was seen since this was last set to False, by who keeps the weights."""
        self.seen_epoch = 0
        """The newest epoch that it was told of."""
        self._higher = metric.higher_is_better

    def see(self, value: float, epoch: int) -> None:
        """Compare an epoch with the best so far."""
        self.seen_epoch = epoch
        if value > self.value if self._higher else value < self.value:
            self.value, self.epoch = value, epoch
            self.improved = True

    @property
    def exhausted(self) -> bool:
        """Whether `patience` epochs went by without a better one."""
        return self.patience is not None and self.seen_epoch - self.epoch >= self.patience

    def state(self) -> SelectionState:
        """What a checkpoint keeps."""
        return SelectionState(self.value, self.epoch, self.seen_epoch)

    def load_state(self, state: SelectionState) -> None:
        """Go on from the state of a checkpoint."""
        self.value, self.epoch, self.seen_epoch = state.value, state.epoch, state.seen
        self.improved = False
