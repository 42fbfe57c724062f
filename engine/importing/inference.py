"""The layers that weights belong to, as far as their names and shapes tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from engine.errors import UsageError

Modules = dict[str, dict[str, Tensor]]
"""By the module's name, its tensors by theirs."""


@dataclass(frozen=True)
class Inferred:
    """A network as a file of weights tells of it."""

    layers: tuple[str, ...]
    num_inputs: int
    is_guessed: bool
    """Whether activations are among them, of which no file of weights says anything."""


def modules_of(tensors: Mapping[str, Tensor]) -> Modules:
    """The tensors by the module that they belong to, in order."""
    found: Modules = {}
    for name, tensor in tensors.items():
        module, _, own = name.rpartition(".")
        found.setdefault(module, {})[own] = tensor
    return found


def inferred(tensors: Mapping[str, Tensor], path: Path) -> Inferred:
    """Dense layers and their BatchNorm, with ReLU() between: raises UsageError for others.

    A convolution's stride, its padding and what pools behind it are in no file of weights.
    """
    modules = modules_of(tensors)
    layers: list[str] = []
    num_inputs, width = 0, 0
    has_gap = False
    for name, own in modules.items():
        weight = own.get("weight")
        if weight is not None and weight.dim() == 2 and own.keys() <= {"weight", "bias"}:
            if width and weight.shape[1] != width:
                raise _unknown(path, f"{name} takes {weight.shape[1]} values, not {width}")
            if layers:
                layers.append("ReLU()")
                has_gap = True
            num_inputs = num_inputs or weight.shape[1]
            width = weight.shape[0]
            layers.append(f"Linear({width}{'' if 'bias' in own else ', bias=False'})")
        elif "running_mean" in own and weight is not None and len(weight) == width:
            layers.append("BatchNorm1d()")
        else:
            shapes = ", ".join(f"{key} {tuple(tensor.shape)}" for key, tensor in own.items())
            raise _unknown(path, f"{name} ({shapes}) could be several layers")
    return Inferred(tuple(layers), num_inputs, has_gap)


def _unknown(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path}: its layers can't be told from its weights: {why}: give them, as "
        '--data "digits()" --layers "Conv2d(8, 3) ReLU Flatten Linear(10)"'
    )
