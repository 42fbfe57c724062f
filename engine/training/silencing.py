"""Units whose outputs a person has fixed to zero: hooks on the modules that give them.

A module with such a hook is one that PyTorch's own tracing, export and graphs see through; one
without any runs as if there were no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

Silenced = Mapping[str, tuple[int, ...]]
"""By module: the indices of its silenced outputs or channels, ascending."""


class _Silence:
    """Fixes units of a layer's output to zero: (samples, units, …)."""

    def __init__(self, units: tuple[int, ...], device: torch.device) -> None:
        self.units = units
        self._index = torch.tensor(units, device=device)

    def __call__(self, module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        return output.index_fill(1, self._index, 0.0)


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


def _hooks(module: nn.Module) -> Iterator[_Silence]:
    return (hook for hook in module._forward_hooks.values() if isinstance(hook, _Silence))


def _is_ours(hook: object) -> bool:
    return isinstance(hook, _Silence)
