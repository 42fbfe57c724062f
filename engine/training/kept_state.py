"""Room for the state at the end of an epoch, written into again and again."""

from __future__ import annotations

import math

import msgspec
import torch
from torch import Tensor

from engine.training.checkpoint import Checkpoint
from engine.training.full_state import generator_tensors, input_tensors, put_back, training_state
from engine.training.named_tensors import model_tensors, optimizer_tensors
from engine.training.trainer import Trainer
from engine.training.training_state import TrainingState, plain


class KeptState:
    """The state of a trainer when it was last taken; tensors are made once, not each time."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._optimizer_state = trainer.optimizer.state
        self._num_states = self._count()
        live = {**model_tensors(trainer.model), **optimizer_tensors(trainer.optimizer)}
        self._fixed = {**input_tensors(trainer), "epoch_losses": torch.zeros(0).double()}
        """What is the same at the end of every epoch."""
        self._live = [tensor.detach() for tensor in live.values()]
        self._copies = {name: tensor.detach().clone() for name, tensor in live.items()}
        self._targets = list(self._copies.values())
        self._weights = [
            copy.reshape(-1)
            for name, copy in self._copies.items()
            if name.startswith("model.") and copy.is_floating_point()
        ]
        self._generators: dict[str, Tensor] = {}
        self._state: TrainingState | None = None
        self._newest_loss: tuple[int, float] | None = None

    @property
    def epoch(self) -> int:
        """At the end of which it was taken."""
        return self._taken.epoch

    def fits(self) -> bool:
        """Whether steps still write into the tensors that are copied, and into no others."""
        state = self._trainer.optimizer.state
        return state is self._optimizer_state and self._count() == self._num_states

    def take(self, last_event: int) -> None:
        """Copy the state as it is now; last_event: number of the newest event in the record."""
        torch._foreach_copy_(self._targets, self._live)
        self._generators = generator_tensors(self._trainer)
        self._state = training_state(self._trainer, last_event, [])
        self._newest_loss = self._trainer.losses.newest

    def is_finite(self) -> bool:
        """Whether the weights are."""
        return math.isfinite(torch.linalg.vector_norm(torch.cat(self._weights), math.inf).item())

    def put_back(self) -> None:
        """Put the trainer into this state, but for the curve that it has had until then."""
        put_back(self._trainer, Checkpoint(self._tensors(), {}), self._taken)

    def date(self, last_event: int, elapsed_s: float) -> None:
        """Say when the state was there for the first time, where it was taken later."""
        self._state = msgspec.structs.replace(
            self._taken, last_event=last_event, elapsed_s=elapsed_s
        )

    def checkpoint(self) -> Checkpoint:
        """What was taken last; its tensors are written into again."""
        losses = self._trainer.losses.until(self._newest_loss)  # they are many to copy each time
        state = plain(msgspec.structs.replace(self._taken, losses=losses))
        input_map = self._trainer.splits.input_map
        return Checkpoint(self._tensors(), {**state, "input": plain(input_map.state())})

    @property
    def _taken(self) -> TrainingState:
        assert self._state is not None, "a state was taken"
        return self._state

    def _tensors(self) -> dict[str, Tensor]:
        return {**self._fixed, **self._copies, **self._generators}

    def _count(self) -> int:
        return sum(map(len, self._trainer.optimizer.state.values()))
