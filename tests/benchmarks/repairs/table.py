"""A Markdown table that is printed row by row, as figures come in."""

from __future__ import annotations

import math
from collections.abc import Sequence


class Table:
    """Prints its head with the first row."""

    def __init__(self, *heads: str) -> None:
        self._heads = heads
        self._is_open = False

    def row(self, *cells: str) -> None:
        """Print one row."""
        if not self._is_open:
            self._is_open = True
            print(f"\n| {' | '.join(self._heads)} |\n|{'---|' * len(self._heads)}")
        print("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |", flush=True)


def spread(values: Sequence[float]) -> str:
    """The mean and between which values the seeds lie; `-` where nothing was measured."""
    if not values:
        return "-"
    mean = math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.inf
    if min(values) == max(values):
        return f"{mean:.4g}"
    return f"{mean:.3g} ({min(values):.3g} to {max(values):.3g})"
