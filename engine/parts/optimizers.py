"""Optimizers: how gradients change the parameters. PyTorch's names and defaults."""

from __future__ import annotations

import math
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


_DECAYED = Term(
    "decayed", "gradient + weight_decay * before", "weight decay: a pull towards zero is added"
)
_SHRUNK = Term(
    "shrunk", "before * (1 - lr * weight_decay)", "weight decay: the weight itself shrinks"
)


def _pulled(optimizer: Optimizer) -> tuple[tuple[Term, ...], str, str]:
    """What weight decay does first; what is then called the gradient, and what the weight."""
    if not optimizer.values()["weight_decay"]:
        return (), "gradient", "before"
    if optimizer.decays_apart:
        return (_SHRUNK,), "gradient", "shrunk"
    return (_DECAYED,), "decayed", "before"


def _mean(gradient: str) -> Term:
    return Term(
        "mean",
        f"beta1 * mean + (1 - beta1) * {gradient}",
        "first moment: the running mean of its gradients",
        state="exp_avg",
    )


def _squares(gradient: str) -> Term:
    return Term(
        "squares",
        f"beta2 * squares + (1 - beta2) * {gradient} ** 2",
        "second moment: the running mean of their squares",
        state="exp_avg_sq",
    )


_UNBIASED_MEAN = Term(
    "mean_hat", "mean / (1 - beta1 ** step)", "without the pull of its start at zero"
)


def _unbiased_squares(squares: str) -> Term:
    return Term("squares_hat", f"{squares} / (1 - beta2 ** step)", "likewise")


def _adam(optimizer: Optimizer) -> tuple[Term, ...]:
    """That of Adam and AdamW, which differ in what the decay is taken off."""
    pulled, gradient, weight = _pulled(optimizer)
    terms = [*pulled, _mean(gradient), _squares(gradient)]
    squares = "squares"
    if optimizer.values()["amsgrad"]:
        squares = "largest"
        words = "the largest it ever was, so that steps never grow again"
        terms.append(Term(squares, "max(largest, squares)", words, state="max_exp_avg_sq"))
    after = f"{weight} - lr * mean_hat / (sqrt(squares_hat) + eps)"
    words = "a step of about lr, whatever the gradients' size"
    return (*terms, _UNBIASED_MEAN, _unbiased_squares(squares), Term("after", after, words))


_FUSED_HELP = "PyTorch's fused kernel: faster, last digits may differ"
_DECAY_HELP = "pulls weights towards zero"


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for."""

    words = "Walks downhill: each step goes against the gradient, as far as the learning rate says."
    rates = Rates(1e-4, 2.0, 0.1)  # above 2 even a quadratic of curvature 1 diverges
    is_stackable = True
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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, _ = _pulled(self)
        terms, way = [*pulled], gradient
        if self.momentum:
            new = gradient if not self.dampening else f"(1 - dampening) * {gradient}"
            formula = gradient if step == 1 else f"momentum * velocity + {new}"
            words = "momentum: a share of where it was going, and the gradient"
            terms.append(Term("velocity", formula, words, state="momentum_buffer"))
            way = "velocity"
        if self.nesterov:
            way = "ahead"
            formula, words = f"{gradient} + momentum * velocity", "where that leads, looked at now"
            terms.append(Term(way, formula, words))
        against = "against the gradient" if way == "gradient" else f"against the {way}"
        words = f"a step {against}" if way != "ahead" else "a step that way"
        return (*terms, Term("after", f"before - lr * {way}", words))


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
    is_stackable = True

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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        return _adam(self)

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
    is_stackable = True
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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        return _adam(self)

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


_NOW_AND_NEXT = ("step", "(step + 1)")


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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        now, ahead = (f"beta1 * (1 - 0.5 * 0.96 ** ({n} * momentum_decay))" for n in _NOW_AND_NEXT)
        size = "(sqrt(squares_hat) + eps)"
        return (
            *pulled,
            _mean(gradient),
            _squares(gradient),
            Term("now", now, "how much the mean counts in this step"),
            Term("ahead", ahead, "and in the next"),
            Term("product", "product * now", "of all so far", state="mu_product", start=1.0),
            Term("newest", f"(1 - now) / (1 - product) * {gradient}", "the gradient's part"),
            Term("kept", "ahead / (1 - product * ahead) * mean", "the mean's part, looking ahead"),
            _unbiased_squares("squares"),
            Term("after", f"{weight} - lr * (newest + kept) / {size}", "both, scaled"),
        )


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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        beta2 = self.betas[1]
        most = 2 / (1 - beta2) - 1
        trust = most - 2 * step * beta2**step / (1 - beta2**step)
        terms = [*pulled, _mean(gradient), _squares(gradient), _UNBIASED_MEAN]
        if trust <= 5:  # the paper's bound
            words = "a plain step along the mean: too few gradients yet to scale it by"
            return (*terms, Term("after", f"{weight} - lr * mean_hat", words))
        share = "(trust - 4) * (trust - 2) * most / ((most - 4) * (most - 2) * trust)"
        return (
            *terms,
            Term("most", "2 / (1 - beta2) - 1", "of how many gradients the squares can tell"),
            Term(
                "trust",
                "most - 2 * step * beta2 ** step / (1 - beta2 ** step)",
                "of about how many they tell by now",
            ),
            Term("share", f"sqrt({share})", "how far that is to be trusted"),
            Term("size", "sqrt(squares / (1 - beta2 ** step))", "the gradients' usual size"),
            Term(
                "after",
                f"{weight} - lr * mean_hat * share / (size + eps / sqrt(1 - beta2 ** step))",
                "a step of about lr, whatever the gradients' size",
            ),
        )


class Adamax(_Scaled):
    """Adam that scales by the largest gradient of late, not by a mean (Kingma and Ba 2015)."""

    words = (
        "Is Adam that scales by the largest gradient of late, so that rare large ones do no harm."
    )
    rates = Rates(1e-5, 0.2, 2e-3)
    is_stackable = True
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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        words = "the largest gradient of late, slowly forgotten"
        largest = f"max(beta2 * largest, abs({gradient}) + eps)"
        return (
            *pulled,
            _mean(gradient),
            Term("largest", largest, words, state="exp_inf"),
            _UNBIASED_MEAN,
            Term("after", f"{weight} - lr * mean_hat / largest", "a step of lr at most"),
        )


class Adadelta(Optimizer):
    """Steps scaled by how far the last ones went: the rate hardly matters (Zeiler 2012)."""

    words = (
        "Finds the size of its steps from how far the last ones went, so that no rate need be "
        "found."
    )
    rates = Rates(1e-2, 10.0, 1.0)
    is_stackable = True
    state_size = 2

    lr: float = parameter(default=1.0, help="learning rate: how far one step goes", minimum=0)
    rho: float = parameter(default=0.9, help="decay of the running means", minimum=0, maximum=1)
    eps: float = parameter(default=1e-6, help=_EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=_DECAY_HELP, minimum=0, tries=0.01)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        squares = f"rho * squares + (1 - rho) * {gradient} ** 2"
        moves = "rho * moves + (1 - rho) * delta ** 2"
        delta = f"sqrt(moves + eps) / sqrt(squares + eps) * {gradient}"
        return (
            *pulled,
            Term("squares", squares, "the running mean of its squared gradients", "square_avg"),
            Term("delta", delta, "as far as it went of late, along the gradient"),
            Term("moves", moves, "the running mean of its squared moves", "acc_delta"),
            Term("after", f"{weight} - lr * delta", "a step so far"),
        )


class RMSprop(_Scaled):
    """Steps scaled by a running mean of the squared gradient."""

    words = "Divides each weight's step by how large its gradients were of late."
    rates = Rates(1e-5, 0.1, 1e-2)
    is_stackable = True

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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        squares = f"alpha * squares + (1 - alpha) * {gradient} ** 2"
        words = "the running mean of its squared gradients"
        terms = [*pulled, Term("squares", squares, words, "square_avg")]
        usual = "sqrt(squares)"
        if self.centered:
            usual = "sqrt(squares - mean ** 2)"
            mean = f"alpha * mean + (1 - alpha) * {gradient}"
            terms.append(Term("mean", mean, "the running mean of its gradients", "grad_avg"))
        terms.append(Term("scaled", f"{gradient} / ({usual} + eps)", "as a share of their size"))
        way = "scaled"
        if self.momentum:
            way, words = "velocity", "momentum: a share of where it was going, and the new step"
            terms.append(Term(way, "momentum * velocity + scaled", words, "momentum_buffer"))
        return (*terms, Term("after", f"{weight} - lr * {way}", "a step against that"))


class Adagrad(Optimizer):
    """Steps that shrink with the sum of all squared gradients so far."""

    words = (
        "Lets each weight's steps shrink the more it has moved: often used weights slow down first."
    )
    rates = Rates(1e-4, 1.0, 1e-2)
    is_stackable = True

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

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = _pulled(self)
        sums = Term("sum", f"sum + {gradient} ** 2", "all its squared gradients so far", "sum")
        terms, rate = [*pulled], "lr"
        if self.lr_decay:
            rate = "rate"
            terms.append(Term(rate, "lr / (1 + (step - 1) * lr_decay)", "the rate by now"))
        after = f"{weight} - {rate} * {gradient} / (sqrt(sum) + eps)"
        return (*terms, sums, Term("after", after, "the shorter the more it has moved"))
