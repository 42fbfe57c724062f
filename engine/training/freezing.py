"""Networks of which some layers stay as they are while the others are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from torch import nn


class Network(nn.Sequential):
    """The layers in order; those that are frozen work as in an evaluation, also in training."""

    frozen: tuple[int, ...] = ()
    """By number; their Dropout is off, their BatchNorm keeps its figures."""

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        for number in self.frozen:
            self[number].eval()
        return self


def freeze(model: Network, layers: Sequence[int]) -> None:
    """Leave these layers of a network as they are from now on: no gradient, no figures, no noise.

    Before a step, an optimizer or a trace is made of it.
    """
    model.frozen = tuple(layers)
    for number in layers:
        model[number].requires_grad_(False)
    model.train(model.training)


def trained_parameters(model: nn.Module) -> list[nn.Parameter]:
    """Those that a training changes, in the network's order."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
