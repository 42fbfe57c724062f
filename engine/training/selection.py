"""Tells which epoch is the best so far, and when patience has run out."""

from __future__ import annotations

import math

from engine.training.training_state import SelectionState


class Selection:
    """The best epoch by the loss that selects: the validation split's, else the training's."""

    def __init__(self, patience: int | None) -> None:
        self.patience = patience
        self.loss = math.inf
        self.epoch = 0
        self.improved = False
        """Whether the best was seen since this was last set to False, by who keeps the weights."""
        self.seen_epoch = 0
        """The newest epoch whose loss it was told."""

    def see(self, loss: float, epoch: int) -> None:
        """Compare the loss of an epoch with the best so far."""
        self.seen_epoch = epoch
        if loss < self.loss:
            self.loss, self.epoch = loss, epoch
            self.improved = True

    @property
    def exhausted(self) -> bool:
        """Whether `patience` epochs went by without a better loss."""
        return self.patience is not None and self.seen_epoch - self.epoch >= self.patience

    def state(self) -> SelectionState:
        """What a checkpoint keeps."""
        return SelectionState(self.loss, self.epoch, self.seen_epoch)

    def load_state(self, state: SelectionState) -> None:
        """Go on from the state of a checkpoint."""
        self.loss, self.epoch, self.seen_epoch = state.loss, state.epoch, state.seen
        self.improved = False
