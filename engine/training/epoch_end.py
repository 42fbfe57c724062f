"""Judges the weights at the end of each epoch, reported or not, by the loss that selects."""

from __future__ import annotations

from collections.abc import Callable

from engine.parts.layers.address import walk
from engine.spec.experiment import Experiment
from engine.training.batches import Batches
from engine.training.metrics import ROWS
from engine.training.selection import Selection


class EpochEnd:
    """Shows the selection the loss of the weights that each epoch ends with.

    comes_free: the next step computes that very loss before its update, so it is waited for
    (see `is_free`); only the last epoch is asked about then.
    """

    def __init__(
        self, selection: Selection, epoch_loss: Callable[[], float], *, comes_free: bool
    ) -> None:
        self.comes_free = comes_free
        self._selection = selection
        self._epoch_loss = epoch_loss

    def judge(self, epoch: int, train_loss: float, *, is_last: bool) -> float:
        """After an epoch: the loss that selects; train_loss: the epoch's mean before updates."""
        if not self.comes_free:
            return self._see(self._epoch_loss(), epoch)
        if epoch - 1 > self._selection.seen_epoch:
            self._selection.see(train_loss, epoch - 1)
        return self._see(self._epoch_loss(), epoch) if is_last else train_loss

    def waits(self, epoch: int) -> bool:
        """Whether the loss of the weights at the end of this epoch, the newest, is to come yet."""
        return self.comes_free and epoch > self._selection.seen_epoch

    def settle(self, epoch: int) -> None:
        """No further step will come: judge what waits for one; epoch: the newest."""
        if self.waits(epoch):
            self._see(self._epoch_loss(), epoch)

    def _see(self, loss: float, epoch: int) -> float:
        self._selection.see(loss, epoch)
        return loss


def is_free(experiment: Experiment, batches: Batches, *, validates: bool, watched: bool) -> bool:
    """Whether a step's loss is, to the last bit, what an evaluation before it would give.

    watched: something wants to know an epoch's loss before the next epoch begins.
    """
    return (
        not validates
        and not watched
        and batches.is_whole
        and batches.num_samples <= ROWS
        and all(layer.steady for _, layer in walk(experiment.layers))
    )
