"""What was found out about a table: all that is needed to train on it, and to ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.parts.data.sheet.column import Class, Column
from engine.parts.data.sheet.layout import Layout
from engine.parts.data.sheet.remarks import Remark


@dataclass(frozen=True)
class Table:
    """A table as it was read, for the arguments it was asked about with."""

    layout: Layout
    decimal: str
    """The file's decimal mark."""
    rows: int
    columns: tuple[Column, ...]
    """In the file's order, those that are left out too."""
    remarks: tuple[Remark, ...]
    """The gravest first."""
    inputs: dict[str, dict[str, Any]]
    """How each column that is used becomes inputs, in order: arguments of a function of
    engine.parts.data.generators.table_columns."""
    targets: dict[str, dict[str, Any]]
    """How each column to predict is read."""
    drop: tuple[str, ...] = ()
    """Columns whose missing cells leave their rows out."""
    classes: tuple[Class, ...] = ()
    """The target's, in the order of their indices; empty for a regression."""
    samples: int = 0
    """Rows that are left to train on."""

    @property
    def errors(self) -> list[Remark]:
        """What keeps the table from being trained on."""
        return [remark for remark in self.remarks if remark.severity == "error"]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that become inputs, in order."""
        known = {column.name: column for column in self.columns}
        return tuple(known[name] for name in self.inputs)

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each input: `age`, `sex=male`, `day: month`."""
        return tuple(label for c in self.used for label in (c.labels or (c.name,)))

    @property
    def tokens(self) -> tuple[str, ...]:
        """What its inputs are, where they are a text's characters or words, by their numbers."""
        how = next(iter(self.inputs.values()), {})
        return ("", "\N{REPLACEMENT CHARACTER}", *how["tokens"]) if "tokens" in how else ()

    @property
    def medians(self) -> tuple[int, ...]:
        """The places of the inputs that a median fills, where a cell is missing."""
        places, place = [], 0
        for column in self.used:
            if column.gap == "median" and column.kind in ("number", "id", "constant"):
                places.append(place)
            place += column.inputs
        return tuple(places)
