"""What an optimizer declares: how gradients change the parameters. PyTorch's names, defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from engine.parts.arithmetic import Term
from engine.parts.component import Component, TorchOnly, parameter
from engine.parts.layers.base import torch_literal

if TYPE_CHECKING:
    from torch import optim


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
    torch_only: ClassVar[TorchOnly] = {
        "maximize": (False,),
        "foreach": (),
        "capturable": (),
        "differentiable": (),
        "fused": (),
        "decoupled_weight_decay": (False,),
    }
    always_written = ("lr",)
    rates: ClassVar[Rates | None] = None
    """PyTorch's defaults and those of the papers, two orders of magnitude either way; None where
    no rate is called unusual."""
    is_stackable: ClassVar[bool] = False
    """Whether its steps have a traced form of their own, in which many trainings are one."""
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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        """How a step changes one weight, line by line; the last one is `after`.

        They know the weight `before`, its `gradient`, the parameters by their names (`beta1` and
        `beta2` of two) and `step`, the number of the step, from 1: where nothing is kept yet. Empty
        where none is declared: then the weight is shown before and after.
        """
        return ()

    def settings(self, step: int) -> dict[str, float]:
        """What the arithmetic calls by name, in the step of this number."""
        found: dict[str, float] = {"step": float(step)}
        for name, value in self.values().items():
            if isinstance(value, tuple):
                found |= {f"{name.removesuffix('s')}{n}": v for n, v in enumerate(value, start=1)}
            elif not isinstance(value, bool):
                found[name] = float(value)
        return found

    def own_class(self) -> type[optim.Optimizer] | None:
        """The class of an optimizer that PyTorch has not, printed into scripts or imported."""
        return None

    def build(self, parameters: Iterable[Any]) -> optim.Optimizer:
        """The PyTorch optimizer over these parameters, or groups of them."""
        from torch import optim

        from engine.parts.plain_steps import step_plainly

        arguments = {k: v for k, v in self.values().items() if k != "fused" or v}
        made = self.own_class() or getattr(optim, self.name)
        optimizer: optim.Optimizer = made(parameters, **arguments)
        if made is getattr(optim, self.name, None):
            step_plainly(optimizer)
        return optimizer

    def code(self, parameters: str = "model.parameters()") -> str:
        """The expression that builds the same optimizer over the parameters of an expression."""
        arguments = [f"{name}={torch_literal(value)}" for name, value in self.written().items()]
        own = self.own_class()
        name = f"torch.optim.{self.name}" if own is None else own.__name__
        return f"{name}({parameters}, {', '.join(arguments)})"


class Scaled(Optimizer, abstract=True):
    """Steps of at most about the rate, whatever the size of the gradient."""

    def way(self, rate: float, steps: int) -> float:
        return rate * steps

    @property
    def damping(self) -> float | None:
        eps: float | None = self.values().get("eps")
        return eps


FUSED_HELP = "PyTorch's fused kernel: faster, last digits may differ"
DECAY_HELP = "pulls weights towards zero"
EPS_HELP = "added to the denominator for stability"
