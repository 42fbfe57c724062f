"""What selects, the loss or a metric: of the weights at an epoch's end, in evaluation mode."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from engine.parts.metrics import Metric
from engine.spec.validator import LOOKED_AT, selecting_stride
from engine.training.metrics import Evaluator, Scored
from engine.training.splits import Split, StreamedSplit


class Measure(Protocol):
    """How outputs for a split become the number that selects."""

    @property
    def targets(self) -> Tensor:
        """What `tensor` compares outputs with, on the model's device."""

    def tensor(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What is computed with the network, and traced with it: nothing but tensor operations."""

    def number(self, tensor: Tensor) -> float:
        """What that tensor says; nan where it is undefined."""


class LossMeasure:
    """The loss."""

    def __init__(self, evaluator: Evaluator, part: Split, num_outputs: int) -> None:
        self.targets = evaluator.decoder.loss_targets(part.targets, num_outputs)
        self._criterion = evaluator.criterion

    def tensor(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss: Tensor = self._criterion(outputs, targets)
        return loss

    def number(self, tensor: Tensor) -> float:
        return tensor.item()


class MetricMeasure:
    """A metric, as reports have it; undefined where an output is not finite."""

    def __init__(self, evaluator: Evaluator, part: Split, metric: Metric) -> None:
        self.targets = part.targets
        self._evaluator = evaluator
        self._part = part
        self._metric = metric
        metric.function()  # its library is loaded before the training, not within

    def tensor(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs

    def number(self, tensor: Tensor) -> float:
        total = tensor.sum().item()
        if not math.isfinite(total) and not tensor.isfinite().all():
            return math.nan
        value = Scored(self._evaluator, self._part, tensor).value(self._metric)
        return math.nan if value is None else value


def measure_of(metric: Metric, evaluator: Evaluator, part: Split, num_outputs: int) -> Measure:
    """How a split is measured by a metric; the one without a formula is the loss."""
    if not metric.formula:
        return LossMeasure(evaluator, part, num_outputs)
    return MetricMeasure(evaluator, part, metric)


class EpochScore:
    """What a split is measured by, with the weights as they are; nan where it is undefined.

    Nothing is drawn and nothing changes: the training goes on as if it had not been asked for.
    """

    def __init__(self, evaluator: Evaluator, part: Split, measure: Measure) -> None:
        self._evaluator = evaluator
        self._part = part
        self._measure = measure
        self._said: Tensor | None = None

    def take_said(self, part: Split) -> Tensor | None:
        """What the network said of a split when it was asked last, once, as long as its weights
        are the same; None of another split, or where it was not kept."""
        if part is not self._part:
            return None
        said, self._said = self._said, None
        return said

    def forget(self) -> None:
        """The weights are other ones."""
        self._said = None

    def __call__(self) -> float:
        return self._measure.number(self._eager())

    def _eager(self) -> Tensor:
        """The measure's tensor, computed by the modules; nan where a loss refuses the outputs."""
        outputs = self._said = self._evaluator.outputs_of(self._part)
        try:
            with torch.no_grad():
                return self._measure.tensor(outputs, self._measure.targets)
        except RuntimeError:
            # BCELoss raises for outputs that are not finite, where others return nan.
            if outputs.isfinite().all():
                raise
            return torch.tensor(math.nan)

    def renew(self) -> None:
        """The network does something else from now on: forget what was made of it."""


class Newest:
    """What selects where no loss says how good weights are: the newest ones are the best so far."""

    def __init__(self, epoch: Callable[[], int]) -> None:
        """epoch: how many are finished."""
        self._epoch = epoch

    def __call__(self) -> float:
        return -float(self._epoch())

    def take_said(self, part: Split) -> Tensor | None:
        """The network was asked nothing."""
        return None

    def forget(self) -> None:
        """There is nothing to forget."""

    def renew(self) -> None:
        """Nothing was made of the network."""


def is_small(part: Split) -> bool:
    """Whether asking for the score of a split costs more than computing it."""
    return not isinstance(part, StreamedSplit) and len(part) <= LOOKED_AT


def whole_tensor(
    evaluator: Evaluator,
    measure: Measure,
    forward: Callable[[Tensor], Tensor],
    inputs: Tensor,
    targets: Tensor,
) -> Tensor:
    """What EpochScore computes: in the same pieces, since those change the last bits.

    forward: the network in evaluation mode; inputs: stored ones; targets: the measure's.
    """
    size = evaluator.together
    parts = torch.split(inputs, size) if len(inputs) > size else [inputs]
    chunks = [forward(evaluator.input_map.batch(part)) for part in parts]
    return measure.tensor(chunks[0] if len(chunks) == 1 else torch.cat(chunks), targets)


def selecting_part(splits: dict[str, Split], batch_size: int) -> Split:
    """The split whose score selects: validation, else training, of which LOOKED_AT at most.

    All of it where a batch is as large.
    """
    if "validation" in splits:
        return splits["validation"]
    train = splits["train"]
    return train.every(selecting_stride(len(train), batch_size))
