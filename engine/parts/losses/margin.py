"""Losses that ask only for a margin between scores."""

from __future__ import annotations

from typing import Literal

from engine.parts.arithmetic import Term
from engine.parts.component import parameter
from engine.parts.losses.base import WEIGHTED, Loss


class MultiMarginLoss(Loss):
    """The hinge loss: the right class's score must be the largest by a margin."""

    words = (
        "Asks only that the right class's score be the largest by a margin; more than that earns "
        "nothing."
    )
    here = "Here it tells {classes} classes apart by a margin of {margin}."
    torch_order = ("p", "margin", "weight", "size_average", "reduce", "reduction")
    torch_only = WEIGHTED
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
