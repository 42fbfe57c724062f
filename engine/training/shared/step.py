"""A training step of several processes, which leaves the same weights in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn, optim

from engine.training.parameter_groups import set_rate
from engine.training.shared.buckets import Buckets
from engine.training.shared.group import Group, ProcessLost
from engine.training.shared.local import LocalGradients
from engine.training.step import Regularization

LOSS, VOID, FAILED = 0, 1, 2
RATE = slice(3, 6)
MOMENTUM = slice(6, 9)
NUM_SLOTS = 9
"""What is added up beside the gradients: the loss, how many say that it is no step, how many could
not compute theirs, and the first process's rate and momentum."""


class SharedStep:
    """A step on this process's part of a batch; its numbers are those of the whole batch.

    Set `group` and `share` before it is called. The rate is the first process's.
    """

    def __init__(
        self,
        local: LocalGradients,
        parameters: Sequence[Tensor],
        optimizer: optim.Optimizer,
        regularization: Regularization,
        bucket_bytes: int | None = None,
    ) -> None:
        self.group: Group | None = None
        self.share = 1.0
        """What of the batch's loss this process's part makes up."""
        self.was_void = False
        """Whether the last one was called off by the first process."""
        self.renewals = 0
        """How often the network became one that does something else."""
        self._local = local
        self._parameters = list(parameters)
        self._optimizer = optimizer
        self._clip_norm = regularization.clip_norm
        sizes = () if bucket_bytes is None else (bucket_bytes,)
        self._buckets = Buckets(self._parameters, NUM_SLOTS, *sizes)
        self._clipped_norm: Tensor | None = None
        self._rates: tuple[float, float] | None = None
        self._pieces: list[float] = []

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Train on a part, which may be empty; returns the whole batch's loss.

        Raises ProcessLost, and what this process's own part raises once all know of it; the
        weights are as they were then.
        """
        group, buckets = self._group_there(), self._buckets
        buckets.begin(group, self.share)
        failure: RuntimeError | None = None
        slots = buckets.slots
        if len(targets):
            try:
                loss = self._local.fill(inputs, targets, buckets)
                slots[LOSS : LOSS + 1].copy_((loss * self.share).reshape(1))
            except RuntimeError as error:
                failure = error
                buckets.empty()
                slots[LOSS], slots[FAILED] = torch.nan, 1.0
        if group.rank == 0:
            slots[RATE.start : MOMENTUM.stop].copy_(torch.tensor(self._told_rates()))
        buckets.finish()
        if failure is not None and group.rank == 0:
            raise failure
        loss = slots[LOSS].clone()
        if group.rank:
            told = slots.tolist()
            self.was_void = told[VOID] > 0
            if self.was_void or told[FAILED]:
                return loss
            self._take_rates(told)
        elif self._is_refused():
            return loss
        if self._clip_norm is not None:
            self._clipped_norm = nn.utils.clip_grad_norm_(self._parameters, self._clip_norm)
        self._optimizer.step()
        return loss

    def void(self) -> None:
        """Call off the step that the others have begun; raises ProcessLost."""
        self._buckets.begin(self._group_there(), 0.0)
        self._buckets.slots[VOID] = 1.0
        self._buckets.finish()

    def gradient_norm(self) -> float:
        if self._clipped_norm is not None:
            return self._clipped_norm.item()
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        return nn.utils.get_total_norm(gradients).item() if gradients else 0.0

    def renew(self) -> None:
        self.renewals += 1
        self._local.renew()

    def _group_there(self) -> Group:
        if self.group is None:
            raise ProcessLost("the processes have not met yet")
        return self.group

    def _is_refused(self) -> bool:
        """Whether some process could not compute its gradients; not waited for on a GPU."""
        slots = self._buckets.slots
        return slots.device.type == "cpu" and bool(slots[FAILED])

    def _told_rates(self) -> list[float]:
        settings = self._optimizer.param_groups[0]
        rates = float(settings["lr"]), _momentum(settings)
        if rates != self._rates:
            self._rates = rates
            self._pieces = [*_pieces(rates[0]), *_pieces(rates[1])]
        return self._pieces

    def _take_rates(self, told: list[float]) -> None:
        set_rate(self._optimizer, sum(told[RATE]))
        momentum = sum(told[MOMENTUM])
        for settings in self._optimizer.param_groups:
            if "betas" in settings:
                settings["betas"] = (momentum, *settings["betas"][1:])
            elif "momentum" in settings:
                settings["momentum"] = momentum


def _momentum(settings: dict[str, Any]) -> float:
    """What a schedule of the momentum sets."""
    return float(settings["betas"][0] if "betas" in settings else settings.get("momentum", 0.0))


def _pieces(number: float) -> tuple[float, float, float]:
    """Three float32 numbers whose sum is a float64 to the last bit."""
    high = float(np.float32(number))
    middle = float(np.float32(number - high))
    return high, middle, float(np.float32(number - high - middle))
