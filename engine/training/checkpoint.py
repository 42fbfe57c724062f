"""A checkpoint: one safetensors file with tensors and, in its metadata, the JSON state.

Written whole or not at all, with a digest over all of it that every reading checks. No pickle.
"""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine import regular_file
from engine.decoding import decoded
from engine.errors import BadCheckpoint, Remark
from engine.limits import WEIGHTS_FILE
from engine.runs.files import Put, replace_file

FORMAT = 2
UNGUARDED_FORMAT = 1
"""Written before there were digests."""
KINDS = ("last", "best")
"""The checkpoints that a run keeps."""
_KEY = "perceptui"
_DIGEST = "digest"


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


def save(path: Path, checkpoint: Checkpoint, put: Put = replace_file) -> None:
    """Write a checkpoint atomically, or as `put` does; raises OSError, the old file stays then."""
    plain = {"format": FORMAT, **checkpoint.state} | {"format": FORMAT}  # it may be an old one's
    state = json.dumps(_encoded(plain), allow_nan=False)
    tensors = {name: t.detach().cpu().contiguous() for name, t in checkpoint.tensors.items()}
    metadata = {_KEY: state, _DIGEST: digest(tensors, state)}

    def write(beside: Path) -> None:
        try:
            save_file(tensors, beside, metadata)
        except SafetensorError as error:  # it wraps the system's errors: a full disk, say
            raise OSError(f"{path}: {error}") from error

    put(path, write)


def load(path: Path, way: str = "--checkpoint {kind} takes it") -> Checkpoint:
    """Read a checkpoint; raises BadCheckpoint for anything that is not a whole one of ours.

    way: how to take the checkpoint of this `kind` or `path` instead; told where it is whole.
    Warns with a Remark of a file from before there were digests.
    """
    try:
        checkpoint = _read(path)
    except BadCheckpoint as error:
        raise BadCheckpoint(f"{error}{_last_good(path, way)}") from error.__cause__
    if checkpoint.state["format"] == UNGUARDED_FORMAT:
        text = "written by an earlier version, without a digest: a changed bit would not show"
        warnings.warn(Remark(f"{path}: {text}"), stacklevel=2)
    return checkpoint


def digest(tensors: Mapping[str, Tensor], state: str) -> str:
    """The sha256, in hex, over a state and contiguous tensors on the CPU.

    Names, types and shapes count; the order of the tensors does not.
    """
    found = hashlib.sha256(_framed(state))
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(_framed(f"{name} {tensor.dtype} {tuple(tensor.shape)}"))
        if tensor.numel():
            found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _framed(text: str) -> bytes:
    """A text that can't be mistaken for another one with what follows it."""
    content = text.encode()
    return len(content).to_bytes(8, "big") + content


def _read(path: Path) -> Checkpoint:
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
    if version not in (FORMAT, UNGUARDED_FORMAT):
        raise BadCheckpoint(f"{path}: format {version} is not the one read here ({FORMAT})")
    if version == FORMAT and metadata.get(_DIGEST) != digest(tensors, metadata[_KEY]):
        raise BadCheckpoint(f"{path}: damaged (what it holds is not what was written)")
    return Checkpoint(tensors, state)


def _last_good(path: Path, way: str) -> str:
    """The checkpoint of the same run that is whole, as the end of a sentence; or nothing."""
    for kind in KINDS:
        other = path.with_name(f"{kind}{path.suffix}")
        if other != path and other.is_file():
            try:
                state = _read(other).state
            except BadCheckpoint:
                continue
            if state["format"] == FORMAT:
                how = way.format(kind=kind, path=other)
                return f"; `{kind}`, of epoch {state.get('epoch')}, is whole: {how}"
    return ""


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
