"""The best state of a training so far, kept so that it can be gone back to."""

from __future__ import annotations

import math

import msgspec
import torch
from torch import Tensor

from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state, generator_tensors, training_state
from engine.training.named_tensors import model_tensors, optimizer_tensors
from engine.training.trainer import Trainer
from engine.training.training_state import TrainingState, plain


class _Copy:
    """Room for one state, written into again and again."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._optimizer_state = trainer.optimizer.state
        self._num_states = self._count()
        live = {**model_tensors(trainer.model), **optimizer_tensors(trainer.optimizer)}
        whole = full_state(trainer).tensors
        self._fixed = {name: whole[name] for name in whole.keys() - live.keys()}
        """What is the same at the end of every epoch."""
        self._live = [tensor.detach() for tensor in live.values()]
        self._copies = {name: tensor.detach().clone() for name, tensor in live.items()}
        self._weights = [
            copy.reshape(-1)
            for name, copy in self._copies.items()
            if name.startswith("model.") and copy.is_floating_point()
        ]
        self._generators: dict[str, Tensor] = {}
        self._state: TrainingState | None = None
        self._newest_loss: tuple[int, float] | None = None

    def fits(self) -> bool:
        """Whether steps still write into the tensors that are copied, and into no others."""
        state = self._trainer.optimizer.state
        return state is self._optimizer_state and self._count() == self._num_states

    def take(self, last_event: int) -> None:
        """Copy the state as it is now."""
        torch._foreach_copy_(list(self._copies.values()), self._live)
        self._generators = generator_tensors(self._trainer)
        self._state = training_state(self._trainer, last_event, [])
        self._newest_loss = self._trainer.losses.newest

    def is_finite(self) -> bool:
        """Whether the weights are."""
        return math.isfinite(torch.linalg.vector_norm(torch.cat(self._weights), math.inf).item())

    def checkpoint(self) -> Checkpoint:
        """What was copied last."""
        tensors = {**self._fixed, **self._copies, **self._generators}
        losses = self._trainer.losses.until(self._newest_loss)  # they are many to copy each time
        assert self._state is not None, "a state was taken"
        state = plain(msgspec.structs.replace(self._state, losses=losses))
        return Checkpoint(
            tensors, {**state, "input": plain(self._trainer.splits.input_map.state())}
        )

    def _count(self) -> int:
        return sum(map(len, self._trainer.optimizer.state.values()))


class Best:
    """Keeps the state at the end of the best epoch, as often as every epoch is the best.

    So the copies are tensors that are written into again, not new ones each time. Call
    `before_step` and `after_step` around each step. last_event, for both: number of the newest
    event in the record.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.is_saved = True
        """Whether the file holds it, or there is nothing to hold."""
        self._trainer = trainer
        self._taken: Checkpoint | None = None
        """What was the best when the training went on from a checkpoint."""
        self._best: _Copy | None = None
        """What has become the best since."""
        self._spare: _Copy | None = None
        """The state at the end of the epoch before, where it is not judged yet."""

    @property
    def checkpoint(self) -> Checkpoint | None:
        """It, until the next better one comes; None where there is none."""
        return self._taken if self._best is None else self._best.checkpoint()

    def before_step(self, last_event: int) -> None:
        """Keep the state if this step will tell whether it is the best."""
        trainer = self._trainer
        if trainer.epoch and trainer.epoch_end.waits(trainer.epoch):
            self._spare = self._room(self._spare)
            self._spare.take(last_event)

    def after_step(self, last_event: int) -> None:
        """Note which epoch is the best, if it is another one now.

        Weights that are not finite are not worth keeping, whatever loss they have.
        """
        trainer, selection = self._trainer, self._trainer.selection
        if not selection.improved:
            return
        selection.improved = False
        if selection.epoch == trainer.epoch:
            self._spare = self._room(self._spare)
            self._spare.take(last_event)
        if self._spare is not None and self._spare.is_finite():
            self._best, self._spare = self._spare, self._best
            self.is_saved = False

    def take(self, best: Checkpoint | None) -> bool:
        """Take what was the best where the trainer stands now; whether it is that.

        A best of later on is none of this training; it comes again if it is to come.
        """
        is_earlier = best is not None and best.state["step"] <= self._trainer.global_step
        self._taken = best if is_earlier else None
        self._best = self._spare = None
        return is_earlier

    def _room(self, copy: _Copy | None) -> _Copy:
        """Room for the state as the trainer has it now; a copy that there is, if it fits still."""
        return copy if copy is not None and copy.fits() else _Copy(self._trainer)
