"""Gradients side by side in a few long tensors, which are added up over all processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.training.shared.group import Group

BUCKET_BYTES = 25 << 20
"""As torch's own: long enough for the way to be worth it, short enough that some go early."""


class Bucket:
    """The gradients of a few parameters, and room for some numbers behind them."""

    def __init__(self, parameters: Sequence[Tensor], num_slots: int) -> None:
        size = sum(parameter.numel() for parameter in parameters)
        first = parameters[0]
        self.flat = torch.zeros(size + num_slots, device=first.device)
        self.gradients = self.flat[:size]
        self.slots = self.flat[size:]
        self.parameters = list(parameters)
        pieces = torch.split(self.gradients, [parameter.numel() for parameter in parameters])
        self.views = [
            piece.view(parameter.shape) for piece, parameter in zip(pieces, parameters, strict=True)
        ]


class Buckets:
    """All of them, in the order in which a backward pass fills them: the last parameters first.

    They are sent in that order by everyone. The slots lie in the last one.
    """

    def __init__(
        self, parameters: Sequence[Tensor], num_slots: int, most_bytes: int = BUCKET_BYTES
    ) -> None:
        groups: list[list[Tensor]] = [[]]
        filled = 0
        for parameter in reversed(parameters):
            size = parameter.numel() * parameter.element_size()
            if groups[-1] and filled + size > most_bytes:
                groups.append([])
                filled = 0
            groups[-1].append(parameter)
            filled += size
        last = len(groups) - 1
        self._buckets = [
            Bucket(group, num_slots if index == last else 0) for index, group in enumerate(groups)
        ]
        self.number = {
            parameter: index
            for index, bucket in enumerate(self._buckets)
            for parameter in bucket.parameters
        }
        """Which bucket a parameter's gradient is in."""
        views = {
            parameter: view
            for bucket in self._buckets
            for parameter, view in zip(bucket.parameters, bucket.views, strict=True)
        }
        self.views = [views[parameter] for parameter in parameters]
        """The gradients in the order of the parameters."""
        self._parameters = list(parameters)
        self._missing: list[int] = []
        self._waits: list[Callable[[], None]] = []
        self._group: Group | None = None
        self._share = 0.0

    @property
    def slots(self) -> Tensor:
        return self._buckets[-1].slots

    def begin(self, group: Group, share: float) -> None:
        """Empty them, and let the parameters' gradients be what is in them.

        share: what this process's gradients count in the sum.
        """
        self._group, self._share = group, share
        self._missing = [len(bucket.parameters) for bucket in self._buckets]
        self._waits = []
        for bucket in self._buckets:
            bucket.flat.zero_()
        for parameter, view in zip(self._parameters, self.views, strict=True):
            parameter.grad = view

    def filled(self, parameter: Tensor) -> None:
        """A parameter has its gradient: send the buckets that are full, but for the last."""
        self._missing[self.number[parameter]] -= 1
        while len(self._waits) < len(self._buckets) - 1 and not self._missing[len(self._waits)]:
            self._send()

    def finish(self) -> None:
        """Send what was not, the slots with it, and wait for all; raises ProcessLost."""
        while len(self._waits) < len(self._buckets):
            self._send()
        for wait in self._waits:
            wait()

    def empty(self) -> None:
        """Have nothing to give in those that were not sent yet."""
        for bucket in self._buckets[len(self._waits) :]:
            bucket.flat.zero_()

    def _send(self) -> None:
        assert self._group is not None, "a step has begun"
        bucket = self._buckets[len(self._waits)]
        bucket.gradients.mul_(self._share)
        self._waits.append(self._group.sum(bucket.flat))
