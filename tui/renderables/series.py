"""A series of numbers prepared for drawing: finite values, as few points as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence


def finite(value: float | None) -> bool:
    """Whether there is a number that can be drawn."""
    return value is not None and math.isfinite(value)


def buckets(values: Sequence[float | None], count: int) -> list[float | None]:
    """At most `count` values, each the mean of its stretch; None where nothing is finite.

    The first and the last stretch are single values, so that both ends stay true.
    """
    total = len(values)
    if count <= 0:
        return []
    if total <= count:
        return [value if finite(value) else None for value in values]
    edges = bucket_edges(total, count)
    return [mean(values[start:end]) for start, end in edges]


def bucket_edges(total: int, count: int) -> list[tuple[int, int]]:
    """The stretches (start, end) that share `total` points among `count` buckets."""
    if total <= count:
        return [(index, index + 1) for index in range(total)]
    if count <= 2:
        return [(0, 1), (total - 1, total)][-count:] if count > 0 else []
    inner = count - 2
    cuts = [1 + (total - 2) * index // inner for index in range(inner + 1)]
    middle = [(cuts[index], cuts[index + 1]) for index in range(inner)]
    return [(0, 1), *middle, (total - 1, total)]


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of the finite values; None where there is none."""
    kept = [value for value in values if value is not None and math.isfinite(value)]
    if not kept:
        return None
    return math.fsum(value / len(kept) for value in kept)  # divided first: sums may overflow


def ticks(low: float, high: float, count: int, *, whole: bool = False) -> list[float]:
    """At most about `count` round numbers within low..high, in steps of 1, 2 or 5."""
    span = high - low
    if not math.isfinite(span) or span <= 0 or count < 1:
        return [low]
    rough = max(span / max(count - 1, 1), 1e-300)
    power = math.floor(math.log10(rough))
    step = next(
        (m * 10.0**power for m in (1, 2, 5) if m * 10.0**power >= rough * 0.75),
        10.0 ** (power + 1),
    )
    if whole:
        step = max(step, 1.0)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    if last - first > 2 * count or not math.isfinite(first * step):
        return [low, high]
    return [index * step for index in range(first, last + 1)] or [low, high]
