"""Optimizers: how gradients change the parameters. PyTorch's names and defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.parts.component import Component, parameter
from engine.parts.layers.base import torch_literal

if TYPE_CHECKING:
    from torch import nn, optim


class Optimizer(Component, abstract=True):
    """An optimizer of torch.optim."""

    family = "optimizer"
    always_written = ("lr",)

    lr: float = parameter(default=1e-3, help="learning rate: how far one step goes", minimum=0)

    def build(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        """The PyTorch optimizer over these parameters."""
        from torch import optim

        arguments = {k: v for k, v in self.values().items() if k != "fused" or v}
        optimizer: optim.Optimizer = getattr(optim, self.name)(parameters, **arguments)
        return optimizer

    def code(self) -> str:
        """The expression that builds the same optimizer over `model.parameters()`."""
        arguments = [f"{name}={torch_literal(value)}" for name, value in self.written().items()]
        return f"torch.optim.{self.name}(model.parameters(), {', '.join(arguments)})"


_FUSED_HELP = "PyTorch's fused kernel: faster, last digits may differ"
_DECAY_HELP = "pulls weights towards zero"


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for."""

    momentum: float = parameter(default=0.0, help="share of the last step kept", minimum=0)
    dampening: float = parameter(
        default=0.0, help="share of the gradient held back from the momentum"
    )
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0)
    nesterov: bool = parameter(default=False, help="look ahead along the momentum")
    fused: bool = parameter(default=False, help=_FUSED_HELP)

    def complaint(self) -> str:
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            return "nesterov=True needs a momentum above 0 and dampening=0"
        return ""


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and its square."""

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help="decay of the two running means", minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=_FUSED_HELP)


class AdamW(Optimizer):
    """Adam with weight decay applied to the weights themselves."""

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help="decay of the two running means", minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=1e-2, help=_DECAY_HELP, minimum=0)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=_FUSED_HELP)


class RMSprop(Optimizer):
    """Steps scaled by a running mean of the squared gradient."""

    lr: float = parameter(default=1e-2, help="learning rate: how far one step goes", minimum=0)
    alpha: float = parameter(default=0.99, help="decay of the running mean", minimum=0, maximum=1)
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0)
    momentum: float = parameter(default=0.0, help="share of the last step kept", minimum=0)
    centered: bool = parameter(default=False, help="scale by the gradient's variance instead")


class Adagrad(Optimizer):
    """Steps that shrink with the sum of all squared gradients so far."""

    lr: float = parameter(default=1e-2, help="learning rate: how far one step goes", minimum=0)
    lr_decay: float = parameter(
        default=0.0, help="shrinks the learning rate with every step", minimum=0
    )
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0)
    initial_accumulator_value: float = parameter(
        default=0.0, help="start of the sum of squared gradients", minimum=0
    )
    eps: float = parameter(default=1e-10, help="added to the denominator for stability", minimum=0)
    fused: bool = parameter(default=False, help=_FUSED_HELP)
