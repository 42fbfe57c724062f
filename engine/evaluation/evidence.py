"""What a network said of samples whose answers are known: all that is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine.parts.data import Facts

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Evidence:
    """The samples of one split, in order."""

    split: str
    facts: Facts
    targets: Array
    """(samples,) int64 classes, or (samples, targets) float64 in the data's unit."""
    predicted: Array
    """The same, as the network has them."""
    probabilities: Array | None = None
    """(samples, classes) float64, each row summing to one; None for numbers."""
    together: int = 1
    """So many in a row are of one text: drawn together or not at all, since they go together."""

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def is_classes(self) -> bool:
        return self.facts.task == "classification"

    @cached_property
    def is_finite(self) -> bool:
        """Whether the network gave a number for every sample."""
        given = self.predicted if self.probabilities is None else self.probabilities
        return bool(np.isfinite(given).all())

    @cached_property
    def errors(self) -> Array:
        """How far off each sample is: (samples,); 0 or 1 for classes, else the mean of targets."""
        if self.is_classes:
            wrong: Array = (self.predicted != self.targets).astype(np.float64)
            return wrong
        off: Array = np.abs(self.predicted - self.targets).mean(1)
        return off

    @cached_property
    def losses(self) -> Array:
        """What being wrong costs, by sample: -log of the true class's share, or squared error."""
        if self.probabilities is None:
            squared: Array = np.square(self.predicted - self.targets).mean(1)
            return squared
        of_true = self.probabilities[np.arange(len(self)), self.targets]
        told: Array = -np.log(np.clip(of_true, np.finfo(np.float64).eps, 1.0))
        return told

    def first(self, count: int) -> Evidence:
        """So many of its samples."""
        shares = None if self.probabilities is None else self.probabilities[:count]
        together = self.together if count % self.together == 0 else 1
        return Evidence(
            self.split, self.facts, self.targets[:count], self.predicted[:count], shares, together
        )


def shares(probabilities: Array) -> Array:
    """Probabilities whose rows sum to one: a sigmoid for each class gives none that do."""
    whole = probabilities.sum(1, keepdims=True)
    scaled: Array = np.divide(probabilities, whole, out=probabilities.copy(), where=whole > 0)
    return scaled
