"""Reads a file of weights by name; nothing that it holds is run."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from engine import regular_file
from engine.errors import BadCheckpoint
from engine.limits import WEIGHTS_FILE

_BEGINNINGS = (b"PK", b"\x80")
"""Of the archives that torch.save writes, and of the pickles that it wrote before 1.6."""
_WITHIN = ("state_dict", "model_state_dict", "model")
"""Where training programs keep the weights among other things."""
_AROUND = ("module.", "_orig_mod.", "model.")
"""What wrappers put before every name."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """Its tensors by name, in the file's order; raises BadCheckpoint.

    A pickled module is refused: loading one runs whatever its file says, from whomever it came.
    """
    regular_file.check(path, WEIGHTS_FILE)
    if path.suffix == ".safetensors":
        try:
            return _unwrapped(load_file(path))
        except (SafetensorError, OSError) as error:
            raise BadCheckpoint(f"{path}: no whole safetensors file ({error})") from error
    with regular_file.opened(path, WEIGHTS_FILE) as file:
        if not file.read(2).startswith(_BEGINNINGS):
            raise BadCheckpoint(f"{path}: no weights: it is no file that torch.save writes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of protocols, which its owner did not choose
            found: object = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise BadCheckpoint(
            f"{path}: more than weights is pickled in it, and loading that runs whatever its file "
            "says: it is never read. Where you trust it, write its weights alone: "
            "torch.save(model.state_dict(), FILE)"
        ) from error
    except Exception as error:  # torch's own unpickler raises many kinds for damaged bytes
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadCheckpoint(f"{path}: no state dict ({reason})") from error
    for name in _WITHIN:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    if not isinstance(found, Mapping):
        raise BadCheckpoint(f"{path}: no state dict, but a {type(found).__name__}")
    tensors = {str(name): t for name, t in found.items() if isinstance(t, Tensor)}
    if not tensors:
        raise BadCheckpoint(f"{path}: no state dict: there is no tensor in it")
    return _unwrapped(tensors)


def _unwrapped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without what wrappers put before all names."""
    for around in _AROUND:
        if all(name.startswith(around) for name in tensors):
            tensors = {name.removeprefix(around): t for name, t in tensors.items()}
    return {name: tensors[name] for name in _ordered(list(tensors))}


def _ordered(names: list[str]) -> list[str]:
    """Numbered modules by their numbers: a safetensors file has its names sorted as texts."""
    heads = [name.split(".")[0] for name in names]
    if all(head.isdecimal() for head in heads):
        return [name for _, name in sorted(zip(map(int, heads), names, strict=True), key=_number)]
    return names


def _number(pair: tuple[int, str]) -> int:
    return pair[0]
