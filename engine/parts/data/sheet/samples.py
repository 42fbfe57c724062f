"""New samples: what a person gives of one, and how it is read as the training's were."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.layout import Layout
from engine.parts.data.sheet.typed import BadCell, can_be_missing, encode, is_of_numbers
from engine.parts.data.sheet.words import is_gap_in_numbers, is_number

Given = float | str | None
"""A cell as it is told again: a number, a text, None where it is missing."""
_MOST_NAMED = 40
_MOST_CHOICES = 5


@dataclass(frozen=True)
class Samples:
    """What belongs to a sample, in order, and the rules by which its cells become raw inputs."""

    columns: tuple[Column, ...]
    decimal: str = "."
    """The table's decimal mark."""
    na: tuple[int | float | str, ...] = ()
    """What stands for a missing cell beside the usual words."""
    is_nameless: bool = False
    """Whether the columns are only numbered, as pixels are: a file may call them what it likes."""
    layout: Layout | None = None
    """How the training's own file was laid out, where there was one."""
    every: tuple[str, ...] = ()
    """Every column of that file."""
    targets: tuple[str, ...] = ()
    """Those of them that are predicted."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def orders(self) -> tuple[tuple[str, ...], ...]:
        """The columns that a file without names may have: those needed, all but targets, all."""
        every = self.every or self.names
        return self.names, tuple(n for n in every if n not in self.targets), every

    def encode(self, rows: Sequence[Sequence[str | float]], before: int = 0) -> list[list[float]]:
        """Samples as raw inputs (laid out flat), a cell per column each; NaN where one is missing.

        before: samples that came before these. Raises UsageError that names every bad cell.
        """
        result, wrong = [], []
        for number, row in enumerate(rows, start=before + 1):
            place = f"row {number}, " if len(rows) > 1 or before else ""
            if len(row) != len(self.columns):
                raise UsageError(f"{place}{self._miscounted(len(row))}")
            inputs: list[float] = []
            for cell, column in zip(row, self.columns, strict=True):
                try:
                    inputs += encode(cell, column, self.decimal, self.na)
                except BadCell as error:
                    wrong.append(f"{place}{column.name}: {error}")
            result.append(inputs)
            if len(wrong) > _MOST_NAMED:
                break
        if wrong:
            more = ["…"] if len(wrong) > _MOST_NAMED else []
            raise UsageError("\n".join([*wrong[:_MOST_NAMED], *more]))
        return result

    def given(self, row: Sequence[str | float], inputs: Sequence[float]) -> list[Given]:
        """A sample as it is told again: numbers as they were read, all else as it was written.

        inputs: what `encode` made of it.
        """
        told: list[Given] = []
        place = 0
        for cell, column in zip(row, self.columns, strict=True):
            value: Given = cell.strip() if isinstance(cell, str) else cell
            if is_of_numbers(column):
                value = _told(value, inputs[place])
            elif is_gap_in_numbers(str(value)) and value not in (column.how or {}).get("known", ()):
                value = None
            told.append(None if value != value else value)
            place += column.inputs
        return told

    def divided(self, line: str) -> list[str]:
        """The cells of a line that somebody types: divided as in a CSV file, else by blanks."""
        if len(self.columns) == 1:
            return [line.strip()]
        for mark in ("\t", ";", ","):
            cells = [
                c.strip()
                for c in next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])
            ]
            if len(cells) == len(self.columns):
                return cells
        return line.replace(",", " ").split()

    def hint(self, column: Column) -> str:
        """What may be written for a column, in a few words."""
        how = column.how or {}
        if "known" in how:
            known = how["known"]
            words = ", ".join(known[:_MOST_CHOICES])
            words += ", …" if len(known) > _MOST_CHOICES or how.get("other") else ""
        elif "parts" in how:
            words = f"like {column.examples[0]}" if column.examples else how["format"]
        else:
            words = f"like {column.examples[0]}" if column.examples else ""
        if not can_be_missing(column):
            return words
        return f"{words}; may be empty" if words else "may be empty"

    def _miscounted(self, count: int) -> str:
        most, values = len(self.columns), "value" if len(self.columns) == 1 else "values"
        listed = f" ({', '.join(self.names)})" if most <= _MOST_NAMED else ""
        return f"expected {most} {values}{listed}, got {count}"


def _told(cell: Given, read: float) -> float:
    """A number as it was written, where it is the one that was read; else that one."""
    if isinstance(cell, str) and is_number(cell) and math.isclose(float(cell), read, rel_tol=1e-6):
        return float(cell)
    return cell if isinstance(cell, float) and math.isclose(cell, read, rel_tol=1e-6) else read
