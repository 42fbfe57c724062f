"""The columns of samples as a person knows them: numbers, or categories with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.evidence import Array

_OTHER = "-"
"""What a sample is that is none of a column's known categories."""


@dataclass(frozen=True)
class Column:
    """One column of several samples."""

    name: str
    inputs: tuple[int, ...]
    """Which of the network's inputs it became."""
    values: Array
    """(samples,) numbers, or places among the categories."""
    categories: tuple[str, ...] = ()
    """Empty for numbers."""


def columns(rows: Array, names: Sequence[str]) -> list[Column]:
    """Columns of raw inputs, (samples, inputs): `sex=male` and `sex=female` are one of two."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        column, sign, _ = name.partition("=")
        groups.setdefault(column if sign else name, []).append(place)
    return [_column(name, places, rows, names) for name, places in groups.items()]


def _column(name: str, places: list[int], rows: Array, names: Sequence[str]) -> Column:
    if "=" not in names[places[0]]:
        return Column(name, tuple(places), rows[:, places[0]])
    categories = tuple(names[place].partition("=")[2] for place in places)
    flags = rows[:, places]
    chosen = np.where(flags.max(1) > 0.5, flags.argmax(1), len(places))
    if (chosen == len(places)).any():
        categories = (*categories, _OTHER)
    return Column(name, tuple(places), chosen, categories)
