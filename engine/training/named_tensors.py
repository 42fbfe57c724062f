"""Weights and optimizer state under the names that they have in a checkpoint.

Read by copying into the tensors that are there, all of them or none.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn, optim

from engine.errors import BadCheckpoint
from engine.training.checkpoint import Checkpoint


def model_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Weights and buffers by name, as they go into a checkpoint."""
    return {f"model.{name}": tensor for name, tensor in model.state_dict().items()}


def check_model(model: nn.Module, checkpoint: Checkpoint, path: Path) -> None:
    """Raise BadCheckpoint naming what of a checkpoint's weights does not fit a model."""
    stored = checkpoint.group("model")
    own = model.state_dict()
    if stored.keys() != own.keys():
        odd = ", ".join(sorted(stored.keys() ^ own.keys())[:4])
        raise BadCheckpoint(f"{path}: made for another network (differs in {odd})")
    for name, tensor in own.items():
        found = _kind(stored[name])
        if found != _kind(tensor):
            kinds = f"{found} instead of {_kind(tensor)}"
            raise BadCheckpoint(f"{path}: made for another network ({name} is {kinds})")


def copy_model(model: nn.Module, checkpoint: Checkpoint) -> None:
    """Copy weights that are known to fit into a model."""
    stored = checkpoint.group("model")
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tensor.copy_(stored[name])


def optimizer_tensors(optimizer: optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state by parameter index and name, as it goes into a checkpoint."""
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{index}.{name}": value
        for index, values in state.items()
        for name, value in values.items()
        if isinstance(value, Tensor)
    }


def optimizer_state(checkpoint: Checkpoint) -> dict[int, dict[str, Tensor]]:
    """What a checkpoint holds for each parameter; raises ValueError for a name that is none."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in checkpoint.group("optimizer").items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = tensor
    return state


def load_optimizer(optimizer: optim.Optimizer, checkpoint: Checkpoint) -> None:
    """Put a checkpoint's optimizer state in place; its groups keep their settings.

    Into the tensors that there are, where they are of the same names: who holds them, a traced
    step or a recorded one, need not learn of others.
    """
    live = optimizer_tensors(optimizer)
    stored = {name: t for name, t in checkpoint.tensors.items() if name.startswith("optimizer.")}
    if live.keys() == stored.keys():
        for name, tensor in live.items():
            tensor.copy_(stored[name])
        return
    # Copies: the optimizer writes into what it is given, and the checkpoint stays as it is.
    state = {
        index: {key: tensor.clone() for key, tensor in kept.items()}
        for index, kept in optimizer_state(checkpoint).items()
    }
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _kind(tensor: Tensor) -> str:
    """A tensor's type and shape in words: `float32 (2, 3)`."""
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
