"""Losses of how far numbers are off."""

from __future__ import annotations

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.losses.base import Loss

_ERRORS = Term("errors", "outputs - targets", "how far off it is")
_SIZES = Term("sizes", "abs(outputs - targets)", "how far off it is")
_SIZE_LOSS = Term("loss", "mean(abs(outputs - targets))", "how far off it is, whichever way")


class MSELoss(Loss):
    """Mean squared error."""

    words = (
        "Punishes an error by its square, so that one large error counts more than many small ones."
    )
    here = "Here an error of 2 costs 4, and each step takes the mean over {batch} samples."
    grows_with_error = True

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return _ERRORS, Term("loss", "mean(errors ** 2)", "squared, so that large ones count most")


class L1Loss(Loss):
    """Mean absolute error."""

    words = "Punishes an error by its size alone, so that a few outliers do not decide everything."
    here = "Here an error of 2 costs 2, and each step takes the mean over {batch} samples."

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return (_SIZE_LOSS,)


class SmoothL1Loss(Loss):
    """Squared for errors below beta, linear above: Huber's divided by beta."""

    words = (
        "Punishes small errors by their square and large ones by their size: outliers count less."
    )
    here = "Here it turns at an error of {beta}, and each step takes the mean over {batch} samples."
    torch_order = ("size_average", "reduce", "reduction", "beta")

    beta: float = parameter(default=1.0, help="error at which it turns linear", minimum=0)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        if self.beta == 0:
            return (_SIZE_LOSS,)
        return (
            _SIZES,
            Term("small", "min(sizes, beta)", "up to where it is squared"),
            Term("loss", "mean(small * (sizes - small / 2) / beta)", "beyond, it grows evenly"),
        )


class HuberLoss(Loss):
    """Squared for small errors, linear for large ones."""

    words = (
        "Punishes small errors by their square and large ones by their size: outliers count less."
    )
    here = (
        "Here it turns at an error of {delta}, and each step takes the mean over {batch} samples."
    )
    torch_order = ("reduction", "delta")

    delta: float = parameter(default=1.0, help="error at which it turns linear", above=0)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return (
            _SIZES,
            Term("small", "min(sizes, delta)", "up to where it is squared"),
            Term("loss", "mean(small * (sizes - small / 2))", "beyond, it grows evenly"),
        )
