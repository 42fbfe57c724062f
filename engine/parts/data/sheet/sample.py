"""Some rows of a large table that show whatever is in it: by them it is decided what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.parts.data.sheet.parts import Cells

MOST_ROWS = 100_000
"""Of the sample, but for rows that show something new."""
MOST_VALUES = 5000
"""Different values of a column, of which each is in the sample."""
TIMES = 2
"""Rows that show a value, if it has so many: a class needs two."""


class Sample:
    """Every so many rows of a table, and the first rows with a value that was not seen before.

    The distance between rows doubles whenever there are too many of them.
    """

    def __init__(self, counted: Iterable[str]) -> None:
        """counted: columns of numbers whose values are looked for, too, like a target's."""
        self._counted = frozenset(counted)
        self._seen: dict[str, dict[Any, int]] = {}
        self._crowded: set[str] = set()
        """Columns with more different values than are looked for."""
        self._stride = 1
        self._parts: list[tuple[Any, Any, Cells]] = []
        """Numbers of rows, whether they show something new, and their cells."""
        self.rows = 0
        """Of the table, so far."""

    def add(self, cells: Cells) -> None:
        """Take what is wanted of the next rows."""
        count = len(next(iter(cells.values())))
        new = np.zeros(count, bool)
        for name, column in cells.items():
            self._note(name, column.combine_chunks(), new)
        numbers = np.arange(self.rows, self.rows + count)
        self.rows += count
        taken = np.flatnonzero(new | (numbers % self._stride == 0))
        if len(taken):
            self._take(numbers[taken], new[taken], cells, taken)
        while sum(len(one) for one, _, _ in self._parts) > MOST_ROWS + self._shown:
            self._stride *= 2
            self._thin()

    @property
    def _shown(self) -> int:
        return sum(int(new.sum()) for _, new, _ in self._parts)

    def origins(self) -> Any:
        """The number in the table of each row of the sample: int64."""
        return np.concatenate([numbers for numbers, _, _ in self._parts])

    def cells(self) -> Cells:
        """The rows' cells by column."""
        names = self._parts[0][2]
        return {
            name: pa.chunked_array([c for _, _, cells in self._parts for c in cells[name].chunks])
            for name in names
        }

    def _take(self, numbers: Any, new: Any, cells: Cells, taken: Any) -> None:
        index = pa.array(taken)
        rows = {name: pc.take(column, index) for name, column in cells.items()}
        self._parts.append((numbers, new, rows))

    def _thin(self) -> None:
        parts, self._parts = self._parts, []
        for numbers, new, cells in parts:
            kept = np.flatnonzero(new | (numbers % self._stride == 0))
            if len(kept):
                self._take(numbers[kept], new[kept], cells, kept)

    def _note(self, name: str, column: Any, new: Any) -> None:
        """Mark the first rows with a value that is new, a missing one among them."""
        seen = self._seen.setdefault(name, {})
        if column.null_count and seen.get(None, 0) < TIMES:
            self._mark(seen, None, np.flatnonzero(pc.is_null(column).to_numpy(False)), new)
        if name in self._crowded:
            return
        if pa.types.is_floating(column.type) and name not in self._counted:
            return
        encoded = pc.dictionary_encode(column)
        values = encoded.dictionary.to_pylist()
        fresh = [n for n, value in enumerate(values) if seen.get(value, 0) < TIMES]
        if not fresh:
            return
        if len(seen) + len(fresh) > MOST_VALUES:
            self._crowded.add(name)
            return
        codes = pc.fill_null(encoded.indices, -1).to_numpy(False)
        for number in fresh:
            self._mark(seen, values[number], np.flatnonzero(codes == number)[:TIMES], new)

    @staticmethod
    def _mark(seen: dict[Any, int], value: Any, rows: Any, new: Any) -> None:
        wanted = rows[: TIMES - seen.get(value, 0)]
        seen[value] = seen.get(value, 0) + len(wanted)
        new[wanted] = True
