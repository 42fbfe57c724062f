"""The figures of a data set that some rules need."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statistics:
    """Per feature of the raw data, the whole of it; of images over all pixels."""

    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    class_counts: tuple[int, ...] = ()
    """Samples of each class; empty for a regression."""
