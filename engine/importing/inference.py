"""The layers that weights belong to, as far as their names and shapes tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from engine.errors import UsageError
from engine.importing.pictures import Filter, networks
from engine.parts.shapes import Shape, product, shape_text

Modules = dict[str, dict[str, Tensor]]
"""By the module's name, its tensors by theirs."""
MOST_TOLD = 3
"""Networks of which one may be meant."""


@dataclass(frozen=True)
class Inferred:
    """A network as a file of weights tells of it."""

    layers: tuple[str, ...]
    shape: Shape
    """Of what comes in."""
    guesses_activations: bool
    """Whether activations are among them, of which no file of weights says anything."""
    guesses_sizes: bool = False
    """Whether padding and pooling are, which were chosen so that shapes fit."""


def modules_of(tensors: Mapping[str, Tensor]) -> Modules:
    """The tensors by the module that they belong to, in order."""
    found: Modules = {}
    for name, tensor in tensors.items():
        module, _, own = name.rpartition(".")
        found.setdefault(module, {})[own] = tensor
    return found


def inferred(tensors: Mapping[str, Tensor], path: Path, shape: Shape | None) -> Inferred:
    """Convolutions, dense layers and their BatchNorm, with ReLU() between.

    shape: of what comes in, which weights of convolutions do not tell. Raises UsageError for
    other modules, and where one network is as likely as another.
    """
    filters: list[Filter] = []
    dense: list[str] = []
    num_inputs, width, channels = 0, 0, 0
    has_gap = False
    for name, own in modules_of(tensors).items():
        weight = own.get("weight")
        is_plain = weight is not None and own.keys() <= {"weight", "bias"}
        if weight is not None and is_plain and weight.dim() == 4 and not dense:
            channels = channels or (shape[0] if shape and len(shape) == 3 else weight.shape[1])
            filters.append(_filter(name, own, channels, path))
            channels = weight.shape[0]
        elif weight is not None and is_plain and weight.dim() == 2:
            if width and weight.shape[1] != width:
                raise _unknown(path, f"{name} takes {weight.shape[1]} values, not {width}")
            if dense:
                dense.append("ReLU()")
                has_gap = True
            num_inputs = num_inputs or weight.shape[1]
            width = weight.shape[0]
            dense.append(f"Linear({width}{_without_bias(own)})")
        elif "running_mean" in own and weight is not None and len(weight) == (width or channels):
            if dense:
                dense.append("BatchNorm1d()")
            else:
                filters[-1] = filters[-1].normalized()
        else:
            shapes = ", ".join(f"{key} {tuple(tensor.shape)}" for key, tensor in own.items())
            raise _unknown(path, f"{name} ({shapes}) could be several layers")
    if filters:
        return _of_pictures(filters, dense, num_inputs, path, shape)
    if shape is not None and product(shape) != num_inputs:
        raise UsageError(
            f"{path}: its first layer takes {num_inputs} values, the data gives "
            f"{shape_text(shape)}: give other data, or none"
        )
    flat = ["Flatten()"] if shape is not None and len(shape) > 1 else []
    return Inferred((*flat, *dense), shape or (num_inputs,), has_gap)


def _of_pictures(
    filters: list[Filter], dense: list[str], num_inputs: int, path: Path, shape: Shape | None
) -> Inferred:
    """The one network whose padding and pooling make of the picture what its dense layers take."""
    if shape is None:
        raise UsageError(
            f"{path}: it has convolutions, whose weights do not tell the picture's size: say what "
            "comes in, by the data: --data 'digits()'"
        )
    if len(shape) != 3:
        raise UsageError(
            f"{path}: it has convolutions, which take pictures, and not {shape_text(shape)}: give "
            "data of pictures with --data"
        )
    if not dense:
        raise _unknown(path, "nothing dense stands behind its convolutions")
    found = networks(filters, shape, num_inputs)
    if not found:
        raise _unknown(
            path, f"no padding, stride and pooling makes {num_inputs} values of {shape_text(shape)}"
        )
    whole = [(*one, *dense) for one in found]
    if len(whole) > 1:
        told = " or ".join(f'--layers "{" ".join(one)}"' for one in whole[:MOST_TOLD])
        raise UsageError(
            f"{path}: {len(whole)} networks could have these weights: give the one that it is, "
            f"like {told}"
        )
    return Inferred(whole[0], shape, guesses_activations=True, guesses_sizes=True)


def _filter(name: str, own: Mapping[str, Tensor], channels: int, path: Path) -> Filter:
    made, inside, height, width = own["weight"].shape
    if channels % inside or made % (channels // inside):
        raise _unknown(path, f"{name} takes {inside} channels, not {channels}")
    return Filter(made, (height, width), channels // inside, _without_bias(own))


def _without_bias(own: Mapping[str, Tensor]) -> str:
    return "" if "bias" in own else ", bias=False"


def _unknown(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path}: its layers can't be told from its weights: {why}: give them, as "
        '--data "digits()" --layers "Conv2d(8, 3) ReLU Flatten Linear(10)"'
    )
