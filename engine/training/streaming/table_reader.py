"""Reads a table's numbers from the disk, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from engine.errors import DataUnavailable
from engine.limits import in_bytes
from engine.parts.data import TableFile
from engine.parts.data.generators.sampling import GROUPS
from engine.training.inputs import InputMap

BLOCK_BYTES = 4_000_000
"""Read at once, at most."""
GAP_BYTES = 65_536
"""Rows that lie no further apart are read with what is between them: sooner than a second read."""


class TableReader:
    """Gives rows in whatever order they are asked for; what is in memory is a buffer of them."""

    def __init__(self, table: TableFile, device: torch.device) -> None:
        self.input_map = InputMap()
        """What makes stored inputs of raw ones; to be set once it is known."""
        self._table = table
        self._device = device
        self._newest: Iterator[Tensor] | None = None

    @property
    def reason(self) -> str:
        table = self._table
        return (
            f"{in_bytes(table.rows * table.row_bytes)} of numbers are streamed from the disk; an "
            f"epoch draws groups of {max(1, table.buffer // GROUPS):,} rows and shuffles "
            f"{table.buffer:,} rows at a time, not all of them"
        )

    def batches(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """As Source.batches; rows are read a buffer at a time."""
        self._newest = self._read(parts)
        return self._newest

    def is_newest(self, batches: Iterator[Tensor]) -> bool:
        return self._newest is batches

    def rows(self, index: Tensor) -> Tensor:
        return self._stored(self.raw(index))

    def raw_parts(self, index: Tensor, size: int) -> Iterator[Tensor]:
        """The rows as the table has them, so many at a time, on the CPU."""
        return (self.raw(part) for part in torch.split(index, size))

    def stop(self) -> None:
        """Nothing reads ahead; the file stays open, as its name may be gone."""
        self._newest = None

    def raw(self, index: Tensor) -> Tensor:
        """Some rows as the table has them: (len(index), columns) float32 on the CPU."""
        wanted, places = index.cpu().sort()
        found = torch.empty(len(index), self._table.columns)
        most = max(1, BLOCK_BYTES // self._table.row_bytes)
        gap = max(1, GAP_BYTES // self._table.row_bytes)
        first = 0
        while first < len(wanted):
            start = int(wanted[first])
            near = wanted[first : first + most]
            apart = (near[1:] - near[:-1] > gap).nonzero()
            count = int(apart[0]) + 1 if len(apart) else len(near)
            near = near[:count][near[:count] < start + most]
            block = self._block(start, int(near[-1]) + 1 - start)
            found[places[first : first + len(near)]] = block[near - start]
            first += len(near)
        return found

    def _read(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        held = torch.empty(0)
        ahead: list[Tensor] = []
        for number, part in enumerate(parts):
            if not len(held):
                ahead, count = [], 0
                for later in parts[number:]:
                    if ahead and count + len(later) > self._table.buffer:
                        break
                    ahead.append(later)
                    count += len(later)
                held = self._stored(self.raw(torch.cat(ahead)))
            yield held[: len(part)].clone()
            held = held[len(part) :]

    def _stored(self, raw: Tensor) -> Tensor:
        return self.input_map.stored(raw).to(self._device)

    def _block(self, start: int, rows: int) -> Tensor:
        """Rows that follow one another."""
        table = self._table
        content = bytearray(rows * table.row_bytes)
        table.content.seek(table.start + start * table.row_bytes)
        if table.content.readinto(content) != len(content):  # type: ignore[attr-defined]  # buffered
            raise DataUnavailable(f"{table.name}: its numbers, kept on the disk, were cut short")
        return torch.frombuffer(content, dtype=torch.float32).view(rows, table.columns)
