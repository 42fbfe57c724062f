"""The loss that selects: of the weights at an epoch's end, in evaluation mode."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.spec.validator import LOOKED_AT, selecting_stride
from engine.training.metrics import ROWS, Evaluator
from engine.training.splits import Split, StreamedSplit


class EpochLoss:
    """The loss of a split with the weights as they are: nan where a loss refuses the outputs.

    Nothing is drawn and nothing changes: the training goes on as if it had not been asked for.
    """

    def __init__(self, evaluator: Evaluator, part: Split, targets: Tensor) -> None:
        """targets: those of the split in the loss's form, on the model's device."""
        self._evaluator = evaluator
        self._part = part
        self._targets = targets

    def __call__(self) -> float:
        outputs = self._evaluator.outputs_of(self._part)
        try:
            with torch.no_grad():
                return float(self._evaluator.criterion(outputs, self._targets))
        except RuntimeError:
            # BCELoss raises for outputs that are not finite, where others return nan.
            if outputs.isfinite().all():
                raise
            return math.nan

    def renew(self) -> None:
        """The network does something else from now on: forget what was made of it."""


def is_small(part: Split) -> bool:
    """Whether asking for the loss of a split costs more than computing it."""
    return not isinstance(part, StreamedSplit) and len(part) <= LOOKED_AT


def whole_loss(
    evaluator: Evaluator, forward: Callable[[Tensor], Tensor], inputs: Tensor, targets: Tensor
) -> Tensor:
    """What EpochLoss computes, 0-dim: in the same pieces, since those change the last bits.

    forward: the network in evaluation mode; inputs: stored ones; targets: in the loss's form.
    """
    parts = torch.split(inputs, ROWS) if len(inputs) > ROWS else [inputs]
    chunks = [forward(evaluator.input_map.batch(part)) for part in parts]
    loss: Tensor = evaluator.criterion(
        chunks[0] if len(chunks) == 1 else torch.cat(chunks), targets
    )
    return loss


def selecting_part(splits: dict[str, Split]) -> Split:
    """The split whose loss selects: validation, else training, of which LOOKED_AT at most."""
    if "validation" in splits:
        return splits["validation"]
    train = splits["train"]
    stride = selecting_stride(len(train))
    if stride == 1:
        return train
    if isinstance(train, StreamedSplit):
        return replace(train, targets=train.targets[::stride], index=train.index[::stride])
    return Split(train.inputs[::stride].contiguous(), train.targets[::stride])
