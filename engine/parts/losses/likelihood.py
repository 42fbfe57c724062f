"""Losses of how likely the outputs make what came true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.floors import logistic_floors, softmax_floor
from engine.parts.losses.base import CLASS_LOSS, WEIGHTED, Loss

if TYPE_CHECKING:
    from torch import nn

_SURPRISE = "0 for certainty, large for a surprise"
_SHARES = Term("probabilities", "softmax(outputs)", "exp of each, as shares of their sum")


class BCELoss(Loss):
    """Binary cross-entropy of probabilities: needs Sigmoid() as the last layer."""

    words = (
        "Punishes a probability for being far from what came true: being surely wrong costs most."
    )
    here = (
        "Here answering 0.5 to everything would cost 0.693; each step takes the mean over {batch} "
        "samples."
    )
    torch_order = ("weight", "size_average", "reduce", "reduction")
    torch_only = WEIGHTED
    outputs = "probability"
    raises_outside = True

    def guess(self, classes: int) -> float:
        return math.log(2)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        came = "targets * outputs + (1 - targets) * (1 - outputs)"
        return (
            Term("came_true", came, "the probability that it gave to what came true"),
            Term("loss", "mean(-max(ln(came_true), -100))", _SURPRISE),
        )


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy that applies the sigmoid itself."""

    words = (
        "Punishes a score for leaning to the wrong one of two classes; it makes the probability "
        "itself."
    )
    here = (
        "Here answering 0 to everything would cost 0.693; each step takes the mean over {batch} "
        "samples."
    )
    torch_order = ("weight", "size_average", "reduce", "reduction", "pos_weight")
    torch_only = WEIGHTED
    outputs = "logit"
    weight_argument = "pos_weight"

    def guess(self, classes: int) -> float:
        return math.log(2)

    def floors(self, classes: int, lowest: float, highest: float) -> tuple[float, ...]:
        return logistic_floors(lowest, highest)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        terms = (
            Term("towards", "(2 * targets - 1) * outputs", "the score towards what came true"),
            Term("came_true", "sigmoid(towards)", "as a probability"),
        )
        if not weighted:
            return (*terms, Term("loss", "mean(-ln(came_true))", _SURPRISE))
        counts = Term("counts", "targets * pos_weight + 1 - targets", "the second class's weight")
        return (*terms, counts, Term("loss", "mean(counts * -ln(came_true))", _SURPRISE))


class CrossEntropyLoss(Loss):
    """Cross-entropy over classes that applies the softmax itself."""

    words = (
        "Punishes too little probability for the right class; it makes the probabilities of scores "
        "itself."
    )
    here = (
        "Here giving all {classes} classes the same would cost {guess}; each step takes the mean "
        "over {batch} samples."
    )
    torch_order = CLASS_LOSS
    torch_only = WEIGHTED
    outputs = "logits"
    class_targets = True
    weight_argument = "weight"
    divides_by_weights = True

    label_smoothing: float = parameter(
        default=0.0,
        help="share of the target spread over all classes",
        minimum=0,
        maximum=1,
        tries=0.1,
    )

    def guess(self, classes: int) -> float:
        return math.log(classes)

    def floors(self, classes: int, lowest: float, highest: float) -> tuple[float, ...]:
        if math.isinf(highest - lowest):
            return ()
        return (softmax_floor(classes, highest - lowest, self.label_smoothing),)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        if not self.label_smoothing:
            return _SHARES, Term("loss", "-ln(probabilities[target])", _SURPRISE)
        if weighted:  # each class's surprise counts by its own weight then
            return ()
        smooth = "(1 - label_smoothing) * surprises[target] + label_smoothing * mean(surprises)"
        return (
            _SHARES,
            Term("surprises", "-ln(probabilities)", _SURPRISE),
            Term("loss", smooth, "a share of it is asked of all classes alike"),
        )


class FocalLoss(Loss):
    """Cross-entropy that counts what is known well already less (Lin et al. 2017)."""

    words = (
        "Is cross-entropy that hardly counts what the network is sure of, so that it works on the "
        "rest."
    )
    here = (
        "Here it tells {classes} classes apart, and a sample known with 0.9 counts {easy} times as "
        "much as usual."
    )
    outputs = "logits"
    class_targets = True
    weight_argument = "weight"
    divides_by_weights = True

    gamma: float = parameter(
        default=2.0, help="how much less: (1 - p)^gamma; 0 is cross-entropy", minimum=0, maximum=100
    )

    def floors(self, classes: int, lowest: float, highest: float) -> tuple[float, ...]:
        if math.isinf(highest - lowest):
            return ()
        least = softmax_floor(classes, highest - lowest)
        return ((-math.expm1(-least)) ** self.gamma * least,)

    def own_module(self) -> type[nn.Module]:
        from engine.parts.focal import FocalLoss as Module

        return Module

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return (
            _SHARES,
            Term("missing", "1 - probabilities[target]", "what the right class lacks"),
            Term("loss", "missing ** gamma * -ln(probabilities[target])", "less for what is known"),
        )


class NLLLoss(Loss):
    """Negative log-likelihood of log-probabilities: needs LogSoftmax() as the last layer."""

    words = "Punishes too little probability for the right class, given its logarithm."
    here = (
        "Here giving all {classes} classes the same would cost {guess}; each step takes the mean "
        "over {batch} samples."
    )
    torch_order = CLASS_LOSS
    torch_only = WEIGHTED
    outputs = "log-probabilities"
    class_targets = True
    weight_argument = "weight"
    divides_by_weights = True

    def guess(self, classes: int) -> float:
        return math.log(classes)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return (Term("loss", "-outputs[target]", "the outputs are logarithms of probabilities"),)
