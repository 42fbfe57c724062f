"""A checkpoint: one safetensors file with tensors and, in its metadata, the JSON state.

Written whole or not at all; read by copying into the tensors that are there. No pickle.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn, optim

from engine import regular_file
from engine.decoding import decoded
from engine.errors import BadCheckpoint
from engine.limits import WEIGHTS_FILE
from engine.runs.files import replace_file

FORMAT = 1
_KEY = "perceptui"


@dataclass(frozen=True)
class Checkpoint:
    """The content of a checkpoint's file."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]
    """Plain values: the format's version, epoch, batch, schedule, counters."""

    def group(self, prefix: str) -> dict[str, Tensor]:
        """The tensors whose names begin with `prefix.`, without it."""
        start = prefix + "."
        return {n.removeprefix(start): t for n, t in self.tensors.items() if n.startswith(start)}


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint atomically; raises OSError, the old file stays then."""
    state = {"format": FORMAT, **checkpoint.state}
    metadata = {_KEY: json.dumps(_encoded(state), allow_nan=False)}
    tensors = {name: t.detach().cpu().contiguous() for name, t in checkpoint.tensors.items()}

    def write(beside: Path) -> None:
        try:
            save_file(tensors, beside, metadata)
        except SafetensorError as error:  # it wraps the system's errors: a full disk, say
            raise OSError(f"{path}: {error}") from error

    replace_file(path, write)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; raises BadCheckpoint for anything that is not a whole one of ours."""
    try:
        regular_file.check(path, WEIGHTS_FILE)
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if _KEY not in metadata:
                raise BadCheckpoint(f"{path}: not a checkpoint of perceptui")
            names = list(file.keys())
            tensors = {name: file.get_tensor(name) for name in names}
    except FileNotFoundError:
        raise BadCheckpoint(f"{path}: there is no checkpoint") from None
    except (SafetensorError, OSError) as error:
        raise BadCheckpoint(f"{path}: not a whole checkpoint ({error})") from error
    try:
        state = _decoded(decoded(metadata[_KEY].encode(), dict[str, Any]))
        version = state["format"]
    except (KeyError, ValueError, RecursionError):
        raise BadCheckpoint(f"{path}: not a checkpoint of perceptui") from None
    if version != FORMAT:
        raise BadCheckpoint(f"{path}: format {version} is not the one read here ({FORMAT})")
    return Checkpoint(tensors, state)


def model_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Weights and buffers by name, as they go into a checkpoint."""
    return {f"model.{name}": tensor for name, tensor in model.state_dict().items()}


def load_model(model: nn.Module, checkpoint: Checkpoint, path: Path) -> None:
    """Copy a checkpoint's weights into a model; all or none of them.

    Raises BadCheckpoint naming what does not fit.
    """
    stored = checkpoint.group("model")
    own = model.state_dict()
    if stored.keys() != own.keys():
        odd = ", ".join(sorted(stored.keys() ^ own.keys())[:4])
        raise BadCheckpoint(f"{path}: made for another network (differs in {odd})")
    for name, tensor in own.items():
        if tensor.shape != stored[name].shape:
            shapes = f"{tuple(stored[name].shape)} instead of {tuple(tensor.shape)}"
            raise BadCheckpoint(f"{path}: made for another network ({name} is {shapes})")
    with torch.no_grad():
        for name, tensor in own.items():
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


def load_optimizer(optimizer: optim.Optimizer, checkpoint: Checkpoint) -> None:
    """Put a checkpoint's optimizer state in place; its groups keep their settings."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in checkpoint.group("optimizer").items():
        index, _, key = name.partition(".")
        # A copy: the optimizer writes into what it is given, and the checkpoint stays as it is.
        state.setdefault(int(index), {})[key] = tensor.clone()
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _encoded(value: Any) -> Any:
    """Plain values with non-finite numbers as {"number": "nan"}, which JSON can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}
    if isinstance(value, dict):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"number"} and isinstance(value["number"], str):
            return float(value["number"])
        return {key: _decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    return value
