"""Lines of arithmetic that several optimizers have in common."""

from __future__ import annotations

from engine.parts.arithmetic import Term
from engine.parts.optimizers.base import Optimizer

_DECAYED = Term(
    "decayed", "gradient + weight_decay * before", "weight decay: a pull towards zero is added"
)
_SHRUNK = Term(
    "shrunk", "before * (1 - lr * weight_decay)", "weight decay: the weight itself shrinks"
)


def pulled_by_decay(optimizer: Optimizer) -> tuple[tuple[Term, ...], str, str]:
    """What weight decay does first; what is then called the gradient, and what the weight."""
    if not optimizer.values()["weight_decay"]:
        return (), "gradient", "before"
    if optimizer.decays_apart:
        return (_SHRUNK,), "gradient", "shrunk"
    return (_DECAYED,), "decayed", "before"


def running_mean(gradient: str) -> Term:
    return Term(
        "mean",
        f"beta1 * mean + (1 - beta1) * {gradient}",
        "first moment: the running mean of its gradients",
        state="exp_avg",
    )


def running_squares(gradient: str) -> Term:
    return Term(
        "squares",
        f"beta2 * squares + (1 - beta2) * {gradient} ** 2",
        "second moment: the running mean of their squares",
        state="exp_avg_sq",
    )


UNBIASED_MEAN = Term(
    "mean_hat", "mean / (1 - beta1 ** step)", "without the pull of its start at zero"
)


def unbiased_squares(squares: str) -> Term:
    return Term("squares_hat", f"{squares} / (1 - beta2 ** step)", "likewise")
