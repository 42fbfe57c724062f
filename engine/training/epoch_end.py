"""Judges the weights at the end of each epoch, reported or not, by what selects."""

from __future__ import annotations

from collections.abc import Callable

from engine.parts.layers.address import walk
from engine.spec.experiment import Experiment
from engine.training.batches import Batches
from engine.training.selection import Selection


class EpochEnd:
    """Shows the selection what it goes by, of the weights that each epoch ends with.

    comes_free: it is the loss, and the next step computes that very loss before its update, so it
    is waited for (see `is_free`); only the last epoch is asked about then.
    """

    def __init__(
        self, selection: Selection, epoch_score: Callable[[], float], *, comes_free: bool
    ) -> None:
        self.comes_free = comes_free
        self._selection = selection
        self._epoch_score = epoch_score

    def judge(self, epoch: int, train_loss: float, *, is_last: bool) -> float:
        """After an epoch: what selects; train_loss: the epoch's mean before updates."""
        if not self.comes_free:
            return self._see(self._epoch_score(), epoch)
        if epoch - 1 > self._selection.seen_epoch:
            self._selection.see(train_loss, epoch - 1)
        return self._see(self._epoch_score(), epoch) if is_last else train_loss

    def waits(self, epoch: int) -> bool:
        """Whether what selects is to come yet for the end of this epoch, the newest."""
        return self.comes_free and epoch > self._selection.seen_epoch

    def settle(self, epoch: int) -> None:
        """No further step will come: judge what waits for one; epoch: the newest."""
        if self.waits(epoch):
            self._see(self._epoch_score(), epoch)

    def _see(self, score: float, epoch: int) -> float:
        self._selection.see(score, epoch)
        return score


def is_free(experiment: Experiment, batches: Batches, *, validates: bool, watched: bool) -> bool:
    """Whether a step's loss selects and is, to the last bit, what an evaluation before it gives.

    watched: something wants to know what selects before the next epoch begins.
    """
    return (
        experiment.select == "loss"
        and not validates
        and not watched
        and batches.is_whole
        and all(layer.steady for _, layer in walk(experiment.network))
    )
