"""Optimizers: how gradients change the parameters. PyTorch's names and defaults."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from engine.parts.component import Component, parameter
from engine.parts.layers.base import torch_literal

if TYPE_CHECKING:
    from torch import nn, optim


class Rates(NamedTuple):
    """The learning rates that an optimizer is used with."""

    lowest: float
    highest: float
    usual: float
    """The one to begin with."""


class Optimizer(Component, abstract=True):
    """An optimizer of torch.optim.

    What other rooms must know of one is a fact that it declares here; the defaults claim nothing.
    """

    here = (
        "Here it takes {steps} steps at a rate of {lr}, and keeps {kept} numbers beside the "
        "{params} that it changes."
    )
    family = "optimizer"
    always_written = ("lr",)
    rates: ClassVar[Rates | None] = None
    """PyTorch's defaults and those of the papers, two orders of magnitude either way; None where
    no rate is called unusual."""
    follows_gradient: ClassVar[bool] = False
    """Whether a step is as long as the gradient, rather than scaled to its usual size."""

    lr: float = parameter(default=1e-3, help="learning rate: how far one step goes", minimum=0)

    @property
    def state_size(self) -> int:
        """How many numbers it keeps for each weight."""
        return 0

    def way(self, rate: float, steps: int) -> float | None:
        """How far so many steps at this rate can carry a weight; None where that is not known.

        Times its gradient where steps follow the gradient.
        """
        return None

    @property
    def decays_apart(self) -> bool:
        """Whether its weight decay is taken off the weights themselves, not added to the gradient:
        a pull of lr times as much, against which weights grow to 1/weight_decay all the same."""
        return False

    def pull(self, rate: float, l2: float) -> float:
        """What share of a weight one step at this rate takes off it, by weight decay and l2.

        0 where steps are scaled: of a penalty that is scaled with the gradient no share is known.
        """
        decay: float = self.values().get("weight_decay", 0.0)
        if self.follows_gradient:
            return rate * (decay + 2 * l2)
        return rate * decay if self.decays_apart else 0.0

    @property
    def damping(self) -> float | None:
        """What is added to a gradient's size before a step is divided by it, its `eps`.

        None where steps are not scaled to about the rate by that.
        """
        return None

    @property
    def decoupled(self) -> Optimizer | None:
        """The same with the weight decay taken off the weights themselves.

        None where the decay is nothing, is so already, or can't be.
        """
        return None

    @property
    def is_recordable(self) -> bool:
        """Whether a step recorded on a GPU repeats: its numbers follow from its settings, or are
        counted on the device.

        SGD's follow from the settings alone; fused Adam counts its steps on the device. What counts
        on the host would replay the numbers of one step for ever, and with capturable=True Adam
        counts on the device, but rounds otherwise.
        """
        return False

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

    words = "Walks downhill: each step goes against the gradient, as far as the learning rate says."
    rates = Rates(1e-4, 2.0, 0.1)  # above 2 even a quadratic of curvature 1 diverges
    follows_gradient = True
    is_recordable = True

    momentum: float = parameter(
        default=0.0, help="share of the last step kept", minimum=0, tries=0.9
    )
    dampening: float = parameter(
        default=0.0, help="share of the gradient held back from the momentum"
    )
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    nesterov: bool = parameter(default=False, help="look ahead along the momentum")
    fused: bool = parameter(default=False, help=_FUSED_HELP)

    def complaint(self) -> str:
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            return "nesterov=True needs a momentum above 0 and dampening=0"
        return ""

    @property
    def state_size(self) -> int:
        return 1 if self.momentum else 0

    def way(self, rate: float, steps: int) -> float:
        return rate * steps / max(1 - self.momentum, 0.01)


class _Scaled(Optimizer, abstract=True):
    """Steps of at most about the rate, whatever the size of the gradient."""

    def way(self, rate: float, steps: int) -> float:
        return rate * steps

    @property
    def damping(self) -> float | None:
        eps: float | None = self.values().get("eps")
        return eps


class Adam(_Scaled):
    """Steps scaled by running means of the gradient and its square."""

    words = (
        "Gives each weight a step of its own size, from what its gradients were of late; it rarely "
        "needs tuning."
    )
    rates = Rates(1e-5, 0.1, 1e-3)

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help="decay of the two running means", minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=_FUSED_HELP)

    @property
    def state_size(self) -> int:
        return 3 if self.amsgrad else 2

    @property
    def decoupled(self) -> Optimizer | None:
        return AdamW(**self.values()) if self.weight_decay else None

    @property
    def is_recordable(self) -> bool:
        return self.fused


class AdamW(_Scaled):
    """Adam with weight decay applied to the weights themselves."""

    words = (
        "Is Adam that also pulls weights towards zero, apart from the gradient, as large networks "
        "want it."
    )
    rates = Rates(1e-5, 0.1, 1e-3)
    decays_apart = True

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help="decay of the two running means", minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=1e-2, help=_DECAY_HELP, minimum=0)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=_FUSED_HELP)

    @property
    def state_size(self) -> int:
        return 3 if self.amsgrad else 2

    @property
    def is_recordable(self) -> bool:
        return self.fused


_BETAS_HELP = "decay of the two running means"
_EPS_HELP = "added to the denominator for stability"
_DECOUPLED_HELP = "take the decay off the weights themselves, as AdamW does"


class _Decoupling(_Scaled, abstract=True):
    """Those that take the weight decay off the weights where they are told to."""

    @property
    def decays_apart(self) -> bool:
        return bool(self.values()["decoupled_weight_decay"])

    @property
    def decoupled(self) -> Optimizer | None:
        values = self.values()
        if not values["weight_decay"] or self.decays_apart:
            return None
        return self.with_values(decoupled_weight_decay=True)


class NAdam(_Decoupling):
    """Adam that looks ahead along its momentum, as Nesterov does (Dozat 2016)."""

    words = "Is Adam that looks where its momentum leads before it takes the step."
    rates = Rates(1e-5, 0.1, 2e-3)
    state_size = 2

    lr: float = parameter(default=2e-3, help="learning rate: how far one step goes", minimum=0)
    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help=_BETAS_HELP, minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help=_EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    momentum_decay: float = parameter(
        default=4e-3, help="how quickly the momentum warms up", minimum=0
    )
    decoupled_weight_decay: bool = parameter(default=False, help=_DECOUPLED_HELP)


class RAdam(_Decoupling):
    """Adam that begins without its scaling until that can be trusted (Liu et al. 2020)."""

    words = "Is Adam that begins carefully, until it has seen enough gradients to scale by."
    rates = Rates(1e-5, 0.1, 1e-3)
    state_size = 2

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help=_BETAS_HELP, minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help=_EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    decoupled_weight_decay: bool = parameter(default=False, help=_DECOUPLED_HELP)


class Adamax(_Scaled):
    """Adam that scales by the largest gradient of late, not by a mean (Kingma and Ba 2015)."""

    words = (
        "Is Adam that scales by the largest gradient of late, so that rare large ones do no harm."
    )
    rates = Rates(1e-5, 0.2, 2e-3)
    state_size = 2

    lr: float = parameter(default=2e-3, help="learning rate: how far one step goes", minimum=0)
    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999),
        help="decay of the mean and of the largest",
        minimum=0,
        below=1,
    )
    eps: float = parameter(default=1e-8, help=_EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)


class Adadelta(Optimizer):
    """Steps scaled by how far the last ones went: the rate hardly matters (Zeiler 2012)."""

    words = (
        "Finds the size of its steps from how far the last ones went, so that no rate need be "
        "found."
    )
    rates = Rates(1e-2, 10.0, 1.0)
    state_size = 2

    lr: float = parameter(default=1.0, help="learning rate: how far one step goes", minimum=0)
    rho: float = parameter(default=0.9, help="decay of the running means", minimum=0, maximum=1)
    eps: float = parameter(default=1e-6, help=_EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)


class RMSprop(_Scaled):
    """Steps scaled by a running mean of the squared gradient."""

    words = "Divides each weight's step by how large its gradients were of late."
    rates = Rates(1e-5, 0.1, 1e-2)

    lr: float = parameter(default=1e-2, help="learning rate: how far one step goes", minimum=0)
    alpha: float = parameter(default=0.99, help="decay of the running mean", minimum=0, maximum=1)
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    momentum: float = parameter(
        default=0.0, help="share of the last step kept", minimum=0, tries=0.9
    )
    centered: bool = parameter(default=False, help="scale by the gradient's variance instead")

    @property
    def state_size(self) -> int:
        return 1 + (1 if self.momentum else 0) + (1 if self.centered else 0)


class Adagrad(Optimizer):
    """Steps that shrink with the sum of all squared gradients so far."""

    words = (
        "Lets each weight's steps shrink the more it has moved: often used weights slow down first."
    )
    rates = Rates(1e-4, 1.0, 1e-2)

    lr: float = parameter(default=1e-2, help="learning rate: how far one step goes", minimum=0)
    lr_decay: float = parameter(
        default=0.0, help="shrinks the learning rate with every step", minimum=0
    )
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)
    initial_accumulator_value: float = parameter(
        default=0.0, help="start of the sum of squared gradients", minimum=0
    )
    eps: float = parameter(default=1e-10, help="added to the denominator for stability", minimum=0)
    fused: bool = parameter(default=False, help=_FUSED_HELP)

    @property
    def state_size(self) -> int:
        return 1

    def way(self, rate: float, steps: int) -> float:
        return 2 * rate * math.sqrt(steps)  # its steps shrink with the root of their number
