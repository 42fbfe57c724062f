"""Reads predictions off a network's outputs, as the loss understands them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.parts.data import Facts
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.runs.accepted import Accepted
from engine.training.targets import PLAIN, TargetMap

_SMALLEST = 1e-300


def loss_targets(
    loss: Loss, facts: Facts, targets: Tensor, num_outputs: int, target_map: TargetMap = PLAIN
) -> Tensor:
    """The data's targets in the form that the loss compares with the outputs.

    targets: (samples,) int64 classes, of sequences (samples, positions), or (samples, targets)
    float32. Returns classes unchanged for losses over classes, else (…, num_outputs) float32: one
    column 0/1 for two classes, or one column per class; numbers as the target map scales them.
    """
    if facts.task != "classification":
        return target_map.trained(targets)
    if loss.class_targets:
        return targets
    if num_outputs == 1:
        return targets.float().unsqueeze(-1)
    return torch.nn.functional.one_hot(targets, num_outputs).float()


class OutputDecoder:
    """How outputs become classes and probabilities, or numbers, for one experiment."""

    def __init__(
        self,
        loss: Loss,
        layers: Sequence[Layer],
        facts: Facts,
        target_map: TargetMap = PLAIN,
        accepted: Accepted | None = None,
    ) -> None:
        """accepted: how a person wants probabilities to be read; None for as they are."""
        self._accepted = accepted
        self.loss = loss
        self.target_map = target_map
        self._facts = facts
        self.classes = facts.classes
        self._outputs = loss.outputs
        self._normalized = layers[-1].meaning == "probabilities"
        self._logarithmic = layers[-1].meaning == "log-probabilities"

    def loss_targets(self, targets: Tensor, num_outputs: int) -> Tensor:
        """The data's targets in the form that the loss compares with the outputs."""
        return loss_targets(self.loss, self._facts, targets, num_outputs, self.target_map)

    def numbers(self, outputs: Tensor) -> Tensor:
        """The outputs that are numbers to predict, in the data's own unit: (samples, targets)."""
        if self._facts.returned:  # behind them may stand where a sample lies
            outputs = outputs[:, : self._facts.num_targets]
            return outputs.sigmoid() if self._outputs == "logit" else outputs
        return self.target_map.own(outputs)

    def predicted_classes(self, outputs: Tensor) -> Tensor:
        """The class of each sample: (samples, …, outputs) to (samples, …) int64.

        One output stands for the probability of the second class: above one half is it, or above
        the threshold that was accepted.
        """
        if self._accepted is not None and self._accepted.threshold is not None:
            return (self._shares(outputs.double())[..., 1] > self._accepted.threshold).long()
        if outputs.shape[-1] > 1:
            return outputs.argmax(-1)
        limit = 0.0 if self._outputs == "logit" else 0.5
        return (outputs[..., 0] > limit).long()

    def probabilities(self, outputs: Tensor) -> Tensor:
        """One probability per class: (samples, …, outputs) to (samples, …, classes).

        Softmax and LogSoftmax as the last layer are not applied again, whatever the loss
        does with them. Outputs under a loss over numbers are clamped to 0..1. A temperature that
        was accepted is applied, on shares that sum to one.
        """
        if self._accepted is None or self._accepted.temperature == 1.0:
            return self._shares(outputs)
        shares = self._shares(outputs.double())
        whole = shares.sum(-1, keepdim=True).clamp_min(_SMALLEST)
        logs = (shares / whole).clamp_min(_SMALLEST).log() / self._accepted.temperature
        return logs.softmax(-1).to(outputs.dtype)

    def _shares(self, outputs: Tensor) -> Tensor:
        """The same before anything that was accepted."""
        if outputs.shape[-1] == 1:
            of_second = outputs.sigmoid() if self._outputs == "logit" else outputs.clamp(0, 1)
            return torch.cat([1 - of_second, of_second], -1)
        if self._normalized:
            return outputs
        if self._logarithmic or self._outputs == "log-probabilities":
            return outputs.exp()
        if self._outputs in ("logits", "scores"):
            return outputs.softmax(-1)
        return outputs.sigmoid() if self._outputs == "logit" else outputs.clamp(0, 1)
