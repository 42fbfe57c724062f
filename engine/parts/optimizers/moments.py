"""Steps scaled by running means of the gradient and its square: Adam and what came of it."""

from __future__ import annotations

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.optimizers.base import DECAY_HELP, EPS_HELP, FUSED_HELP, Optimizer, Rates, Scaled
from engine.parts.optimizers.terms import (
    UNBIASED_MEAN,
    pulled_by_decay,
    running_mean,
    running_squares,
    unbiased_squares,
)

BETAS_HELP = "decay of the two running means"
DECOUPLED_HELP = "take the decay off the weights themselves, as AdamW does"
_NOW_AND_NEXT = ("step", "(step + 1)")


def _adam(optimizer: Optimizer) -> tuple[Term, ...]:
    """That of Adam and AdamW, which differ in what the decay is taken off."""
    pulled, gradient, weight = pulled_by_decay(optimizer)
    terms = [*pulled, running_mean(gradient), running_squares(gradient)]
    squares = "squares"
    if optimizer.values()["amsgrad"]:
        squares = "largest"
        words = "the largest it ever was, so that steps never grow again"
        terms.append(Term(squares, "max(largest, squares)", words, state="max_exp_avg_sq"))
    after = f"{weight} - lr * mean_hat / (sqrt(squares_hat) + eps)"
    words = "a step of about lr, whatever the gradients' size"
    return (*terms, UNBIASED_MEAN, unbiased_squares(squares), Term("after", after, words))


class Adam(Scaled):
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
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=FUSED_HELP)

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


class AdamW(Scaled):
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
    weight_decay: float = parameter(default=1e-2, help=DECAY_HELP, minimum=0)
    amsgrad: bool = parameter(default=False, help="never let the step sizes grow again")
    fused: bool = parameter(default=False, help=FUSED_HELP)

    @property
    def state_size(self) -> int:
        return 3 if self.amsgrad else 2

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        return _adam(self)

    @property
    def is_recordable(self) -> bool:
        return self.fused


class _Decoupling(Scaled, abstract=True):
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
        default=(0.9, 0.999), help=BETAS_HELP, minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help=EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    momentum_decay: float = parameter(
        default=4e-3, help="how quickly the momentum warms up", minimum=0
    )
    decoupled_weight_decay: bool = parameter(default=False, help=DECOUPLED_HELP)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
        now, ahead = (f"beta1 * (1 - 0.5 * 0.96 ** ({n} * momentum_decay))" for n in _NOW_AND_NEXT)
        size = "(sqrt(squares_hat) + eps)"
        return (
            *pulled,
            running_mean(gradient),
            running_squares(gradient),
            Term("now", now, "how much the mean counts in this step"),
            Term("ahead", ahead, "and in the next"),
            Term("product", "product * now", "of all so far", state="mu_product", start=1.0),
            Term("newest", f"(1 - now) / (1 - product) * {gradient}", "the gradient's part"),
            Term("kept", "ahead / (1 - product * ahead) * mean", "the mean's part, looking ahead"),
            unbiased_squares("squares"),
            Term("after", f"{weight} - lr * (newest + kept) / {size}", "both, scaled"),
        )


class RAdam(_Decoupling):
    """Adam that begins without its scaling until that can be trusted (Liu et al. 2020)."""

    words = "Is Adam that begins carefully, until it has seen enough gradients to scale by."
    rates = Rates(1e-5, 0.1, 1e-3)
    state_size = 2

    betas: tuple[float, float] = parameter(
        default=(0.9, 0.999), help=BETAS_HELP, minimum=0, below=1
    )
    eps: float = parameter(default=1e-8, help=EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)
    decoupled_weight_decay: bool = parameter(default=False, help=DECOUPLED_HELP)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
        beta2 = self.betas[1]
        most = 2 / (1 - beta2) - 1
        trust = most - 2 * step * beta2**step / (1 - beta2**step)
        terms = [*pulled, running_mean(gradient), running_squares(gradient), UNBIASED_MEAN]
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


class Adamax(Scaled):
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
    eps: float = parameter(default=1e-8, help=EPS_HELP, minimum=0)
    weight_decay: float = parameter(default=0.0, help=DECAY_HELP, minimum=0, tries=0.01)

    def arithmetic(self, step: int) -> tuple[Term, ...]:
        pulled, gradient, weight = pulled_by_decay(self)
        words = "the largest gradient of late, slowly forgotten"
        largest = f"max(beta2 * largest, abs({gradient}) + eps)"
        return (
            *pulled,
            running_mean(gradient),
            Term("largest", largest, words, state="exp_inf"),
            UNBIASED_MEAN,
            Term("after", f"{weight} - lr * mean_hat / largest", "a step of lr at most"),
        )
