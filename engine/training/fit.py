"""Decides whether a checkpoint's state is one of a trainer's, before anything is restored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn

from engine.decoding import Undecodable, converted
from engine.errors import BadCheckpoint
from engine.training.checkpoint import Checkpoint
from engine.training.named_tensors import check_model, optimizer_state
from engine.training.parameter_groups import grouped_parameters
from engine.training.stored_network import stored_silence
from engine.training.trainer import Trainer
from engine.training.training_state import TrainingState


def fitting_state(trainer: Trainer, checkpoint: Checkpoint, path: Path) -> TrainingState:
    """The state of a checkpoint that can be restored without fail.

    path: names the checkpoint in errors. Raises BadCheckpoint if it is none of this training;
    the trainer is not touched.
    """
    needed = {field.name for field in msgspec.structs.fields(TrainingState) if field.required}
    tensors = {"generator.cpu", "epoch_losses"}
    if not (checkpoint.state.keys() >= needed and checkpoint.tensors.keys() >= tensors):
        raise BadCheckpoint(f"{path}: holds weights only, a training can't go on from it")
    try:
        state = converted(checkpoint.state, TrainingState)
    except Undecodable as error:
        raise BadCheckpoint(f"{path}: its state can't be gone on from ({error})") from error
    name = trainer.experiment.optimizer.name
    if state.optimizer != name:
        raise BadCheckpoint(f"{path}: made with {state.optimizer}, not with {name}")
    check_model(trainer.model, checkpoint, path)
    stored_silence(trainer.chain, checkpoint, path)
    for problem in _problems(trainer, checkpoint, state):
        raise BadCheckpoint(f"{path}: its state can't be gone on from ({problem})")
    return state


def _problems(trainer: Trainer, checkpoint: Checkpoint, state: TrainingState) -> Iterator[str]:
    """What of a state does not belong to the trainer, if anything."""
    yield from _counter_problems(trainer, state)
    if trainer.learning_rate.watches_loss != (state.learning_rate.plateau is not None):
        yield "the learning rate follows another schedule"
    if (state.learning_rate.plateau is None) != (state.learning_rate.plateau_lr is None):
        yield "half of the schedule's state is missing"
    yield from _optimizer_problems(trainer, checkpoint, state.step)
    losses = checkpoint.tensors["epoch_losses"]
    if losses.dtype != torch.float64 or losses.shape != (state.batch,):
        yield f"the epoch's losses are not {state.batch} numbers"
    if state.batch:
        yield from _order_problems(trainer, checkpoint.tensors.get("order"))
    yield from _generator_problems(trainer, checkpoint)


def _counter_problems(trainer: Trainer, state: TrainingState) -> Iterator[str]:
    num_batches = len(trainer.batches)
    if state.batch > num_batches:
        yield f"batch {state.batch} of {num_batches}"
    if state.epoch > trainer.experiment.epochs:
        yield f"epoch {state.epoch} of {trainer.experiment.epochs}"
    if state.step != state.epoch * num_batches + state.batch:
        yield f"step {state.step} is not batch {state.batch} after {state.epoch} epochs"
    epochs = [epoch for epoch, _ in state.losses]
    if any(a >= b for a, b in pairwise([0, *epochs])) or (epochs and epochs[-1] > state.epoch):
        yield "its losses are not those of epochs one after the other"


def _optimizer_problems(trainer: Trainer, checkpoint: Checkpoint, step: int) -> Iterator[str]:
    try:
        stored = optimizer_state(checkpoint)
    except ValueError:
        yield "its optimizer has other parameters"
        return
    parameters = dict(enumerate(grouped_parameters(trainer.optimizer)))
    needed = _kept_kinds(trainer, trainer.learning_rate.first_momentum) if step else {}
    known = {**needed, **_kept_kinds(trainer, 0.5)}  # a schedule may have begun without momentum
    if not stored.keys() <= parameters.keys() or (needed and stored.keys() != parameters.keys()):
        yield "its optimizer has other parameters"
        return
    for index, kept in stored.items():
        if not kept.keys() >= needed.keys():
            yield f"its optimizer lacks {', '.join(sorted(needed.keys() - kept.keys()))}"
        shape = parameters[index].shape
        for name, tensor in kept.items():
            like = known.get(name)
            if like is None:
                yield f"its optimizer keeps {name}"
            elif tensor.dtype != like.dtype or tensor.shape != (shape if like.dim() else ()):
                yield f"{name} of parameter {index} is not as its optimizer keeps it"
    if len({frozenset(kept) for kept in stored.values()}) > 1:
        yield "its optimizer keeps less of one parameter than of another"


def _kept_kinds(trainer: Trainer, momentum: float | None) -> dict[str, Tensor]:
    """What the optimizer keeps of one parameter of two dimensions, by name, after a step.

    momentum: in place of the optimizer's own, where it has one.
    """
    parameter = nn.Parameter(torch.zeros(2, 3, device=trainer.device))
    optimizer = trainer.experiment.optimizer.build([parameter])
    group = optimizer.param_groups[0]
    if momentum is not None and "momentum" in group:
        group.update(momentum=momentum, nesterov=False)
    parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    kept = optimizer.state[parameter].items()
    return {name: value for name, value in kept if isinstance(value, Tensor)}


def _order_problems(trainer: Trainer, order: Tensor | None) -> Iterator[str]:
    batches = trainer.batches
    if (order is not None) != batches.drawing.draws:
        yield "the order of its samples is missing" if order is None else "its samples are shuffled"
    elif order is not None and (problem := batches.drawing.problem(order, batches.num_samples)):
        yield problem


def _generator_problems(trainer: Trainer, checkpoint: Checkpoint) -> Iterator[str]:
    for device in dict.fromkeys(("cpu", trainer.device.type)):
        state = checkpoint.tensors.get(f"generator.{device}")
        if state is None:
            yield f"the state of the random numbers on {device} is missing"
            continue
        try:
            torch.Generator(trainer.device if device != "cpu" else device).set_state(state)
        except (RuntimeError, TypeError) as error:
            yield f"the state of the random numbers on {device}: {str(error).splitlines()[0]}"
