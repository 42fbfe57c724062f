"""One column of a table: what it is and why, and how it becomes inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.parts.data.sheet.asked import Kind

Class = str | int | float
"""A class, as the target column has it: a text or a number."""
EXAMPLES = 3
"""Values of a column that are shown."""


@dataclass(frozen=True)
class Column:
    """What was decided about a column."""

    name: str
    kind: Kind
    reason: str = ""
    """Why it is of that kind, and what is done with it, in a few words."""
    missing: int = 0
    distinct: int = 0
    """Different values; 0 where they were not counted."""
    examples: tuple[str, ...] = ()
    how: dict[str, Any] | None = None
    """The arguments of the generator's `encode_column`; None where it becomes no input."""
    labels: tuple[str, ...] = ()
    """The name of each input, where there are several: `sex=male`, `day: month`."""
    gap: str = ""
    """What becomes of its missing cells: a word of `Gap`."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the remarks need: lowest, highest, sums; never stored."""

    @property
    def is_filled(self) -> bool:
        """Whether its missing cells are NaN until the training split's figures fill them."""
        return self.missing > 0 and self.gap in ("mean", "median", "indicator")

    @property
    def inputs(self) -> int:
        """Network inputs that the column becomes."""
        if self.how is None:
            return 0
        return max(len(self.labels), 1)
