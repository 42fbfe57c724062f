"""Units whose outputs a person has fixed to zero: hooks on the modules that give them.

A module with such a hook is one that PyTorch's own tracing, export and graphs see through; one
without any runs as if there were no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import torch
from torch import Tensor, nn

from engine.parts.layers.modules import Silence
from engine.training.layer_outputs import unit_dim

Silenced = Mapping[str, tuple[int, ...]]
"""By module: the indices of its silenced outputs or channels, ascending."""


class _Silence:
    """Fixes units of a layer's output to zero."""

    def __init__(self, units: tuple[int, ...], device: torch.device) -> None:
        self.units = units
        self._index = _index(units, device)

    def __call__(self, module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        return output.index_fill(unit_dim(module), self._index, 0.0)


@cache
def _index(units: tuple[int, ...], device: torch.device) -> Tensor:
    """(units,), to be read only, and never let go of: a recorded step reads it where it lies."""
    return torch.tensor(units, device=device)


def silenced(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """The units of a model that are."""
    return {name: hook.units for name, module in model.named_modules() for hook in _hooks(module)}


def silence(model: nn.Module, units: Silenced) -> None:
    """Have these units of a model give zero, and no others; names and indices are its own."""
    for module in model.modules():
        for key in [key for key, hook in module._forward_hooks.items() if _is_ours(hook)]:
            del module._forward_hooks[key]
    parameter = next(model.parameters(), None)
    device = torch.device("cpu") if parameter is None else parameter.device
    for name, own in units.items():
        if own:
            hook = _Silence(tuple(sorted(own)), device)
            model.get_submodule(name).register_forward_hook(hook)


def spelled_out(model: nn.Module) -> nn.Module:
    """The same network with layers in place of hooks, for others to run; its names may differ."""
    asleep = silenced(model)
    silence(model, {})
    for name, units in asleep.items():
        module = model.get_submodule(name)
        model.set_submodule(name, nn.Sequential(module, Silence(units, unit_dim(module))))
    return model


def with_unit(units: Silenced, name: str, unit: int) -> dict[str, tuple[int, ...]]:
    """Them and one more."""
    return {**units, name: tuple(sorted({*units.get(name, ()), unit}))}


def without_unit(units: Silenced, name: str, unit: int) -> dict[str, tuple[int, ...]]:
    """Them but for one."""
    rest = {**units, name: tuple(other for other in units.get(name, ()) if other != unit)}
    return {name: own for name, own in rest.items() if own}


def _hooks(module: nn.Module) -> Iterator[_Silence]:
    return (hook for hook in module._forward_hooks.values() if isinstance(hook, _Silence))


def _is_ours(hook: object) -> bool:
    return isinstance(hook, _Silence)
