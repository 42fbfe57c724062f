"""Steps scaled by the gradients, or by the steps, so far."""

from __future__ import annotations

import math

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.optimizers.base import DECAY_HELP, EPS_HELP, FUSED_HELP, Optimizer, Rates, Scaled
from engine.parts.optimizers.terms import (
    pulled_by_decay,
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
    eps: float = parameter(default=1e-6, help=EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
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


class RMSprop(Scaled):
    """Steps scaled by a running mean of the squared gradient."""

    words = "Divides each weight's step by how large its gradients were of late."
    rates = Rates(1e-5, 0.1, 1e-2)
    is_stackable = True

    lr: float = parameter(default=1e-2, help="learning rate: how far one step goes", minimum=0)
    alpha: float = parameter(default=0.99, help="decay of the running mean", minimum=0, maximum=1)
    eps: float = parameter(default=1e-8, help="added to the denominator for stability", minimum=0)
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    momentum: float = parameter(
        default=0.0, help="share of the last step kept", minimum=0, tries=0.9
    )
    centered: bool = parameter(default=False, help="scale by the gradient's variance instead")

    @property
    def state_size(self) -> int:
        return 1 + (1 if self.momentum else 0) + (1 if self.centered else 0)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
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
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    initial_accumulator_value: float = parameter(
        default=0.0, help="start of the sum of squared gradients", minimum=0
    )
    eps: float = parameter(default=1e-10, help="added to the denominator for stability", minimum=0)
    fused: bool = parameter(default=False, help=FUSED_HELP)

    @property
    def state_size(self) -> int:
        return 1

    def way(self, rate: float, steps: int) -> float:
        return 2 * rate * math.sqrt(steps)  # its steps shrink with the root of their number

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
        sums = Term("sum", f"sum + {gradient} ** 2", "all its squared gradients so far", "sum")
        terms, rate = [*pulled], "lr"
        if self.lr_decay:
            rate = "rate"
            terms.append(Term(rate, "lr / (1 + (step - 1) * lr_decay)", "the rate by now"))
        after = f"{weight} - {rate} * {gradient} / (sqrt(sum) + eps)"
        return (*terms, sums, Term("after", after, "the shorter the more it has moved"))
