"""What every loss declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.parts.arithmetic import Term
from engine.parts.component import Component, TorchOnly
from engine.parts.data.facts import Facts
from engine.parts.layers.base import torch_literal
from engine.parts.shapes import Shape, shape_text

if TYPE_CHECKING:
    from torch import Tensor, nn

Outputs = Literal["logits", "log-probabilities", "probability", "logit", "scores", "value"]
"""What a network's outputs mean under a loss; rules how predictions are read off them.

`scores`: only which is largest, and by how much, counts; read as logits for want of better.
"""
MEANS: TorchOnly = {
    "size_average": (None, True),
    "reduce": (None, True),
    "reduction": ("mean",),
}
"""How PyTorch asks for the mean over a batch, which is what is trained here."""
WEIGHTED: TorchOnly = {
    **MEANS,
    "weight": (None,),
    "pos_weight": (None,),
    "ignore_index": (-100,),
}
CLASS_LOSS = ("weight", "size_average", "ignore_index", "reduce", "reduction")
"""PyTorch's order."""


class Loss(Component, abstract=True):
    """A loss that compares a batch's outputs with its targets; the mean over the batch."""

    family = "loss"
    torch_only: ClassVar[TorchOnly] = MEANS
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


def _size_advice(loss: Loss, shape: Shape, wanted: int, what: str) -> str:
    plural = {"class": "classes", "number to predict": "numbers to predict"}[what]
    count = f"{wanted} {what if wanted == 1 else plural}"
    return (
        f"{loss} needs {wanted} output{'s' if wanted != 1 else ''} for {count}, but the last "
        f"layer gives {shape_text(shape)}: end with Linear({wanted})"
    )
