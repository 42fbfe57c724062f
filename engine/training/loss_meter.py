"""Losses on their way from the device to the record."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import torch
from torch import Tensor

READ_S = 0.02
"""Seconds between two readings on CUDA, about: as often as a worker looks at its socket."""


class LossMeter:
    """Each step's loss, kept on the device until it is read, in the order of the steps.

    To read is to wait for the device. On the CPU there is nothing to wait for and reading is
    cheaper than keeping, so none is kept. On CUDA as many are kept as take READ_S
    to compute: a device that is far behind its queue would answer nobody.
    """

    def __init__(self, device: torch.device) -> None:
        self.interval_s = READ_S if device.type == "cuda" else 0.0
        self._kept: list[Tensor] = []
        self._most = 1
        """Losses that may be kept."""
        self._read_at = -math.inf

    def __len__(self) -> int:
        """How many were not read yet."""
        return len(self._kept)

    def add(self, loss: Tensor) -> Sequence[float]:
        """Keep the loss of a step, 0-dim; nothing else may write into this tensor.

        Returns what `read` does, if it is time for that.
        """
        if not self.interval_s:
            return (loss.item(),)
        self._kept.append(loss)
        return self.read() if len(self._kept) >= self._most else ()

    def read(self) -> Sequence[float]:
        """The losses since the last reading, oldest first; they are handed out once."""
        kept, self._kept = self._kept, []
        if not kept:
            return ()
        losses: list[float] = torch.stack(kept).tolist()
        now = time.perf_counter()
        step_s = max(1e-9, now - self._read_at) / len(losses)
        self._most = max(1, min(2 * self._most, int(self.interval_s / step_s)))
        self._read_at = now
        return losses

    def forget(self) -> None:
        """Drop what was not read: the training goes on from another state."""
        self._kept = []
