"""What the other processes need of the first one's state, as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from safetensors.torch import load, save
from torch import Tensor

from engine.decoding import decoded
from engine.encoding import encoded
from engine.training.checkpoint import Checkpoint
from engine.training.named_tensors import (
    copy_model,
    load_optimizer,
    model_tensors,
    optimizer_tensors,
)
from engine.training.silencing import silenced

if TYPE_CHECKING:
    from engine.training.trainer import Trainer


class Standing(msgspec.Struct, frozen=True):
    """Where the training stands, beside its tensors."""

    epoch: int
    batch: int
    step: int
    silenced: dict[str, tuple[int, ...]]


def packed(trainer: Trainer) -> tuple[bytes, bytes]:
    """The standing, and the weights with the optimizer's state and the epoch's order."""
    tensors: dict[str, Tensor] = {
        **model_tensors(trainer.model),
        **optimizer_tensors(trainer.optimizer),
    }
    if trainer.batch and trainer.batches.order is not None:
        tensors["order"] = trainer.batches.order
    standing = Standing(trainer.epoch, trainer.batch, trainer.global_step, silenced(trainer.model))
    return encoded(standing), save({name: t.contiguous() for name, t in tensors.items()})


def unpack(trainer: Trainer, standing: bytes, weights: bytes) -> None:
    """Put a trainer of the same experiment into that state."""
    told = decoded(standing, Standing)
    tensors = load(weights)
    checkpoint = Checkpoint(tensors, {})
    copy_model(trainer.model, checkpoint)
    load_optimizer(trainer.optimizer, checkpoint)
    trainer.silence(told.silenced)
    trainer.epoch, trainer.batch, trainer.global_step = told.epoch, told.batch, told.step
    if trainer.batch:
        trainer.batches.set_order(tensors.get("order"))
