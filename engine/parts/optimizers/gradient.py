"""Steps along the gradient itself."""

from __future__ import annotations

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.optimizers.base import DECAY_HELP, FUSED_HELP, Optimizer, Rates
from engine.parts.optimizers.terms import (
    pulled_by_decay,
)


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
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    nesterov: bool = parameter(default=False, help="look ahead along the momentum")
    fused: bool = parameter(default=False, help=FUSED_HELP)

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
        pulled, gradient, _ = pulled_by_decay(self)
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
