"""What gives the inputs of samples that are not in memory, whatever their files are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from torch import Tensor


class Source(Protocol):
    """Gives inputs as they are stored, in whatever order they are asked for: one at a time."""

    @property
    def reason(self) -> str:
        """Why they are not in memory, and how they are read, in a sentence."""

    def batches(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """The inputs of each part, numbers of samples, as one fresh tensor on the device."""

    def is_newest(self, batches: Iterator[Tensor]) -> bool:
        """Whether nothing else was asked for since."""

    def rows(self, index: Tensor) -> Tensor:
        """Those of a few samples."""

    def stop(self) -> None:
        """End whatever reads ahead; it starts anew where it is needed again."""
