"""How the samples of an epoch are drawn: each once, or each class as often."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Drawing:
    """Which samples an epoch has, and in what order."""

    draws: bool
    """Whether each epoch has an order of its own."""
    classes: Tensor | None = None
    """(samples,) the class of each, where every class is to come as often; on the CPU."""

    buffer: int | None = None
    """Samples that are shuffled at a time; None for all at once."""

    @property
    def is_permutation(self) -> bool:
        """Whether each sample comes once."""
        return self.classes is None

    def order(self, num_samples: int) -> Tensor:
        """The samples of the next epoch: (samples,) int64, from the CPU's global generator."""
        from engine.parts.data.generators.sampling import balanced_order, buffered_order

        if self.classes is not None:
            return balanced_order(self.classes)
        if self.buffer is not None:
            return buffered_order(num_samples, self.buffer)
        return torch.randperm(num_samples)

    def problem(self, order: Tensor, num_samples: int) -> str:
        """Why a stored order can be none that was drawn so; empty where it can."""
        every = torch.arange(num_samples)
        may_be = order.dtype == torch.int64 and order.shape == every.shape
        if may_be and self.is_permutation:
            may_be = torch.equal(order.sort().values, every)
        elif may_be and num_samples:
            may_be = int(order.min()) >= 0 and int(order.max()) < num_samples
        return "" if may_be else f"the order of its samples is none of {num_samples}"


PLAIN = Drawing(draws=False)
"""All samples, in the order that they have."""


def drawing_of(experiment: Experiment, targets: Tensor) -> Drawing:
    """How an experiment draws; targets: the training split's, as the data has them."""
    if experiment.sampler == "balanced":
        return Drawing(draws=True, classes=targets.cpu())
    return Drawing(draws=experiment.shuffle, buffer=experiment.data.buffer)
