"""What is asked of a table: the arguments of the data set, as one value that can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category", "date", "text", "id", "constant", "empty"]
Task = Literal["auto", "classification", "regression"]
Gap = Literal["auto", "mean", "median", "category", "indicator", "drop", "error"]
"""What becomes of a missing cell."""


By = Literal["char", "word"]
"""What a text is read by, one after the other."""


@dataclass(frozen=True)
class Asked:
    """How a person wants a table to be read; hashable."""

    targets: tuple[str, ...] = ()
    """Columns to predict; none while a table is only looked at."""
    task: Task = "auto"
    missing: Gap = "auto"
    missing_of: tuple[tuple[str, Gap], ...] = ()
    """What becomes of missing cells of single columns."""
    ignore: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str = "auto"
    header: bool | None = None
    decimal: str | None = None
    na: tuple[int | float | str, ...] = ()
    """Cells that are missing, beside the usual words."""
    kinds: tuple[tuple[str, str], ...] = ()
    """What single columns are, as the person says."""
    dates: tuple[tuple[str, str], ...] = ()
    """Formats of columns of dates."""
    cyclic: bool = False
    max_categories: int = 100
    rare: int = 1
    """Rows that a category needs, not to be one of the others."""
    scaled: bool = False
    """Whether what is predicted is to be scaled, as only numbers can be."""
    positive: bool = False
    """Whether its logarithm is to be taken, as only of numbers above 0."""
    streamed: bool = False
    """Whether its numbers stay on the disk, and it is read in pieces."""
    hash: int | None = None
    """Columns that the words of a text are counted in; None where texts are refused."""
    spelled: tuple[By, int | None] | None = None
    """What a text is read by as a sequence, and how many of these at most, None for as many as it
    has; None where texts are no sequences."""

    def gap_of(self, name: str) -> Gap:
        return dict(self.missing_of).get(name, self.missing)

    def kind_of(self, name: str) -> str | None:
        return dict(self.kinds).get(name)
