"""Losses: what the training makes small.

HingeEmbeddingLoss is not among them: it compares distances of pairs with 1 and -1, and an
experiment has neither pairs nor such targets. A classifier's hinge loss is MultiMarginLoss.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.parts.arithmetic import Term
from engine.parts.component import Component, TorchOnly, parameter
from engine.parts.data.base import Facts
from engine.parts.floors import logistic_floors, softmax_floor
from engine.parts.layers.base import torch_literal
from engine.parts.shapes import Shape, shape_text

if TYPE_CHECKING:
    from torch import Tensor, nn

Outputs = Literal["logits", "log-probabilities", "probability", "logit", "scores", "value"]
"""What a network's outputs mean under a loss; rules how predictions are read off them.

`scores`: only which is largest, and by how much, counts; read as logits for want of better.
"""


_MEANS: TorchOnly = {
    "size_average": (None, True),
    "reduce": (None, True),
    "reduction": ("mean",),
}
"""How PyTorch asks for the mean over a batch, which is what is trained here."""
_WEIGHTED: TorchOnly = {
    **_MEANS,
    "weight": (None,),
    "pos_weight": (None,),
    "ignore_index": (-100,),
}

_CLASS_LOSS = ("weight", "size_average", "ignore_index", "reduce", "reduction")
"""PyTorch's order."""


class Loss(Component, abstract=True):
    """A loss that compares a batch's outputs with its targets; the mean over the batch."""

    family = "loss"
    torch_only: ClassVar[TorchOnly] = _MEANS
    torch_order: ClassVar[tuple[str, ...]] = ("size_average", "reduce", "reduction")
    outputs: ClassVar[Outputs] = "value"
    class_targets: ClassVar[bool] = False
    """Whether targets are class indices (int64); else numbers (float32) of the output's shape."""
    weight_argument: ClassVar[str] = ""
    """PyTorch's argument that takes class weights; empty where it has none."""
    grows_with_error: ClassVar[bool] = False
    """Whether its gradient is as large as the error, so that large targets make large steps."""
    divides_by_weights: ClassVar[bool] = False
    """Whether a mean by the weights of classes is over the weights, not over the samples."""
    is_stackable: ClassVar[bool] = True
    """Whether PyTorch computes it for many trainings in one."""
    raises_outside: ClassVar[bool] = False
    """Whether PyTorch raises for outputs that are no probabilities, where others return nan."""

    def floors(self, classes: int, lowest: float, highest: float) -> tuple[float, ...]:
        """The least that a sample of each class can cost where outputs lie between two values.

        One figure for all where they are alike; empty where that holds nothing back.
        """
        return ()

    def guess(self, classes: int) -> float | None:
        """What a sample costs whose classes are all thought alike; None where it is for numbers."""
        return None

    def misfit(self, shape: Shape, facts: Facts) -> str:
        """Why outputs of this shape can't be compared with the data's targets, or empty."""
        if facts.task != "classification":
            of_shares = facts.has_unit_targets and self.outputs in ("logit", "probability")
            if self.class_targets or (self.outputs != "value" and not of_shares):
                return (
                    f"{self} is for classes, but the data set is a regression: "
                    "use MSELoss(), L1Loss() or HuberLoss()"
                )
            if shape != (facts.num_targets,):
                return _size_advice(self, shape, facts.num_targets, "number to predict")
            return ""
        num_classes = len(facts.classes)
        if not self.class_targets and num_classes == 2 and shape == (1,):
            return ""
        if shape == (num_classes,):
            return ""
        if self.class_targets or num_classes > 2:
            return _size_advice(self, shape, num_classes, "class") + self._other_advice(num_classes)
        return (
            f"{self} with 2 classes needs 1 output (or 2), but the last layer gives "
            f"{shape_text(shape)}: end with Linear(1)"
        )

    def _other_advice(self, num_classes: int) -> str:
        """The loss for one class out of many, beside one that asks of each by itself."""
        asks_of_each = self.outputs in ("probability", "logit")
        return ", and use CrossEntropyLoss()" if asks_of_each and num_classes > 2 else ""

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        """How one sample's loss comes about, line by line; the last one is `loss`.

        They know the sample's `outputs` and its `target`, a class, or `targets`, as many numbers as
        outputs; the loss's parameters by their names; `pos_weight`, where it is weighted so. Empty
        where none is declared.
        """
        return ()

    def settings(self) -> dict[str, float]:
        """What the arithmetic calls by name."""
        return {name: float(value) for name, value in self.values().items()}

    def own_module(self) -> type[nn.Module] | None:
        """The class of a loss that PyTorch has not, printed into scripts or imported there."""
        return None

    def build(self, class_weights: Tensor | None = None) -> nn.Module:
        """The PyTorch loss; class_weights: (classes,) float32, or None for equal ones."""
        from torch import nn

        arguments: dict[str, Any] = self.values()
        if class_weights is not None:
            assert self.weight_argument, "the validator lets no other loss have class weights"
            arguments[self.weight_argument] = class_weights
        made = self.own_module() or getattr(nn, self.name)
        module: nn.Module = made(**arguments)
        return module

    def code(self, class_weights: str = "") -> str:
        """The expression that builds the same loss: `nn.CrossEntropyLoss()`."""
        arguments = [f"{name}={torch_literal(value)}" for name, value in self.changed().items()]
        if class_weights:
            arguments.insert(0, f"{self.weight_argument}={class_weights}")
        own = self.own_module()
        name = f"nn.{self.name}" if own is None else own.__name__
        return f"{name}({', '.join(arguments)})"


_ERRORS = Term("errors", "outputs - targets", "how far off it is")
_SIZES = Term("sizes", "abs(outputs - targets)", "how far off it is")
_SIZE_LOSS = Term("loss", "mean(abs(outputs - targets))", "how far off it is, whichever way")
_SURPRISE = "0 for certainty, large for a surprise"
_SHARES = Term("probabilities", "softmax(outputs)", "exp of each, as shares of their sum")


def _size_advice(loss: Loss, shape: Shape, wanted: int, what: str) -> str:
    plural = {"class": "classes", "number to predict": "numbers to predict"}[what]
    count = f"{wanted} {what if wanted == 1 else plural}"
    return (
        f"{loss} needs {wanted} output{'s' if wanted != 1 else ''} for {count}, but the last "
        f"layer gives {shape_text(shape)}: end with Linear({wanted})"
    )


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
    torch_only = _WEIGHTED
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
    torch_only = _WEIGHTED
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
    torch_order = _CLASS_LOSS
    torch_only = _WEIGHTED
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


class MultiMarginLoss(Loss):
    """The hinge loss: the right class's score must be the largest by a margin."""

    words = (
        "Asks only that the right class's score be the largest by a margin; more than that earns "
        "nothing."
    )
    here = "Here it tells {classes} classes apart by a margin of {margin}."
    torch_order = ("p", "margin", "weight", "size_average", "reduce", "reduction")
    torch_only = _WEIGHTED
    outputs = "scores"
    is_stackable = False
    class_targets = True
    weight_argument = "weight"

    p: Literal[1, 2] = parameter(default=1, help="what is missing itself, or its square")
    margin: float = parameter(default=1.0, help="by how much it must be the largest")

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        if weighted:
            return ()
        others = "(sum(missing ** p) - max(0, margin) ** p) / classes"
        return (
            Term(
                "missing",
                "max(0, margin - outputs[target] + outputs)",
                "how much each class is too near the right one",
            ),
            Term("loss", others, "all but the right one itself, which misses the margin"),
        )


class NLLLoss(Loss):
    """Negative log-likelihood of log-probabilities: needs LogSoftmax() as the last layer."""

    words = "Punishes too little probability for the right class, given its logarithm."
    here = (
        "Here giving all {classes} classes the same would cost {guess}; each step takes the mean "
        "over {batch} samples."
    )
    torch_order = _CLASS_LOSS
    torch_only = _WEIGHTED
    outputs = "log-probabilities"
    class_targets = True
    weight_argument = "weight"
    divides_by_weights = True

    def guess(self, classes: int) -> float:
        return math.log(classes)

    def arithmetic(self, *, weighted: bool = False) -> tuple[Term, ...]:
        return (Term("loss", "-outputs[target]", "the outputs are logarithms of probabilities"),)
