"""A training's whole state, as a checkpoint holds it, so that it can go on bit by bit."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from engine.runs.extension import ENDINGS
from engine.runs.series import Series
from engine.spec.experiment import Experiment
from engine.training.checkpoint import Checkpoint
from engine.training.fit import fitting_state
from engine.training.named_tensors import (
    copy_model,
    load_optimizer,
    model_tensors,
    optimizer_tensors,
)
from engine.training.silencing import silenced
from engine.training.trainer import Trainer
from engine.training.training_state import TrainingState, plain


def full_state(trainer: Trainer, last_event: int = 0) -> Checkpoint:
    """The state between two steps: weights, optimizer, generators, order, counters.

    last_event: number of the newest event in the record. The tensors are the live ones.
    """
    assert not len(trainer.unread), "the losses must have been read"
    tensors = {
        **model_tensors(trainer.model),
        **optimizer_tensors(trainer.optimizer),
        **input_tensors(trainer),
        **generator_tensors(trainer),
        "epoch_losses": torch.tensor(trainer.epoch_losses, dtype=torch.float64),
    }
    if trainer.batch and trainer.batches.order is not None:
        tensors["order"] = trainer.batches.order
    state = training_state(trainer, last_event, trainer.losses.points())
    return Checkpoint(tensors, {**plain(state), "input": plain(trainer.splits.input_map.state())})


def generator_tensors(trainer: Trainer) -> dict[str, Tensor]:
    """The states of the generators that the training draws from."""
    states = {"generator.cpu": torch.get_rng_state()}
    if trainer.device.type == "cuda":
        states["generator.cuda"] = torch.cuda.get_rng_state(trainer.device)
    return states


def training_state(
    trainer: Trainer, last_event: int, losses: list[tuple[int, float]]
) -> TrainingState:
    """What of the state is no tensor; losses: the points of the curve."""
    return TrainingState(
        epoch=trainer.epoch,
        batch=trainer.batch,
        step=trainer.global_step,
        reason=trainer.reason,
        optimizer=trainer.experiment.optimizer.name,
        elapsed_s=trainer.elapsed_s,
        last_event=last_event,
        learning_rate=trainer.learning_rate.state(),
        selection=trainer.selection.state(),
        losses=losses,
        metrics=trainer.metrics,
        first_loss=trainer.first_loss,
        silenced=silenced(trainer.model),
    )


def kept(checkpoint: Checkpoint) -> Checkpoint:
    """A copy that later steps don't change."""
    tensors = {name: tensor.detach().clone() for name, tensor in checkpoint.tensors.items()}
    return Checkpoint(tensors, checkpoint.state)


def restore(trainer: Trainer, checkpoint: Checkpoint, path: Path) -> None:
    """Put a trainer of the same experiment into a checkpoint's state.

    path: names the checkpoint in errors. Raises BadCheckpoint if it holds no such state; the
    trainer is as it was then.
    """
    put_back(trainer, checkpoint, fitting_state(trainer, checkpoint, path))


def put_back(trainer: Trainer, checkpoint: Checkpoint, state: TrainingState) -> None:
    """Put a trainer into a state that is known to fit; state: what of it is no tensor."""
    tensors = checkpoint.tensors
    copy_model(trainer.model, checkpoint)
    load_optimizer(trainer.optimizer, checkpoint)
    trainer.epoch, trainer.batch = state.epoch, state.batch
    trainer.global_step, trainer.elapsed_s = state.step, state.elapsed_s
    trainer.silence(state.silenced)
    trainer.reason = state.reason if _is_over(trainer.experiment, state) else None
    trainer.unread.forget()
    trainer.epoch_losses[:] = tensors["epoch_losses"].tolist()
    trainer.losses = Series.of(state.losses)
    trainer.newest_loss = state.losses[-1][1] if state.losses else None
    if trainer.epoch_losses:
        trainer.newest_loss = trainer.epoch_losses[-1]
    trainer.reports.metrics = state.metrics
    trainer.first_loss = state.first_loss
    trainer.selection.load_state(state.selection)
    trainer.learning_rate.load_state(state.learning_rate)
    if trainer.batch:
        trainer.batches.set_order(tensors.get("order"))
    trainer.learning_rate.apply(trainer.epoch, max(0, trainer.global_step - 1))
    torch.set_rng_state(tensors["generator.cpu"])
    if trainer.device.type == "cuda":
        torch.cuda.set_rng_state(tensors["generator.cuda"], trainer.device)


def _is_over(experiment: Experiment, state: TrainingState) -> bool:
    """Whether what a training ended for ends it still: it may have been given more epochs."""
    if state.reason == "completed":
        return state.epoch >= experiment.epochs
    return state.reason not in ENDINGS or getattr(experiment, state.reason) is not None


def input_tensors(trainer: Trainer) -> dict[str, Tensor]:
    """What the data's columns were brought to one scale with."""
    named = trainer.splits.input_map.tensors()
    targets = trainer.splits.target_map.tensors()
    return {
        **{f"input.{name}": tensor for name, tensor in named.items()},
        **{f"target.{name}": tensor for name, tensor in targets.items()},
    }
