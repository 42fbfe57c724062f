"""Examines a table that is larger than the memory, and writes its numbers, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataUnavailable
from engine.parts.data.generators.table_columns import encode_table
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.encoders import input_encoder, target_encoder
from engine.parts.data.sheet.examination import (
    decided,
    dropped,
    is_ready,
    lost_classes,
    told,
    unknown_names,
    wanted_columns,
)
from engine.parts.data.sheet.parts import Cells, NoNumbers, as_texts, parts_of
from engine.parts.data.sheet.reading import Sheet, look
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.sample import Sample
from engine.parts.data.sheet.table import Table

_HEADER_BYTES = 128
"""Of a .npy file; its length is written once the rows are counted."""
_EXACT = 2**53
"""From here on float64 does not tell whole numbers apart."""


def keep_streamed(path: str, asked: Asked, place: Path) -> Table:
    """Examine a table and write its inputs and targets into a folder, in two passes over it.

    Nothing of it is in memory but a part, a sample, and the targets. Raises FileNotFoundError where
    there is no file, DataUnavailable for what can't be read.
    """
    sheet = look(path, asked)
    wanted = wanted_columns(sheet, asked)
    sheet, sample = _sampled(sheet, wanted, asked)
    if not sample.rows:
        raise DataUnavailable(f"{path}: the file has a header and no rows")
    remarks = [*sheet.remarks, *unknown_names(sheet, asked)]
    table = decided(sheet, sample.cells(), asked, remarks)
    origins = sample.origins()
    lines = {row: int(origins[row]) + 1 for row in range(len(origins))}
    remarks = list(table.remarks)
    if len(origins) < sample.rows:
        message = f"decided by {len(origins):,} of {sample.rows:,} rows, which show each category"
        remarks.append(Remark("sampled", "info", "", message))
    table = replace(table, rows=sample.rows)
    if is_ready(table, asked):
        table, more = _written(sheet, table, place)
        remarks += more
    return told(table, remarks, lines, "row")  # the lines would take reading it once more


def _sampled(sheet: Sheet, wanted: list[str], asked: Asked) -> tuple[Sheet, Sample]:
    """What shows the table, and the sheet with the columns that are no plain numbers after all."""
    while True:
        sample = Sample(asked.targets)
        try:
            for cells in parts_of(sheet, wanted):
                if (long := _too_exact(sheet, cells, asked)) is not None:
                    raise NoNumbers(long)
                sample.add(_without_blank_rows(cells))
            return sheet, sample
        except NoNumbers as error:
            sheet = as_texts(sheet, error.name)


def _too_exact(sheet: Sheet, cells: Cells, asked: Asked) -> str | None:
    """A target with whole numbers that have more digits than float64 tells apart."""
    for name in asked.targets:
        if name in sheet.numbers and name in cells:
            extremes = pc.min_max(cells[name]).as_py()
            if any(value is not None and abs(value) >= _EXACT for value in extremes.values()):
                return name
    return None


def _without_blank_rows(cells: Cells) -> Cells:
    columns = list(cells.values())
    if not all(column.null_count for column in columns):
        return cells
    kept = pc.is_valid(columns[0])
    for column in columns[1:]:
        kept = pc.or_(kept, pc.is_valid(column))
    return {name: column.filter(kept) for name, column in cells.items()}


def _written(sheet: Sheet, table: Table, place: Path) -> tuple[Table, list[Remark]]:
    """Write what a table becomes; returns it with its samples, and what is to be said."""
    targets: list[Any] = []
    samples = columns = 0
    with (place / "inputs.npy").open("xb") as file:
        file.write(bytes(_HEADER_BYTES))
        try:
            for inputs, wanted in _encoded(sheet, table):
                file.write(inputs)
                targets.append(wanted)
                samples, columns = samples + len(inputs), inputs.shape[1]
        except pa.ArrowInvalid as error:
            message = f"a cell can't be read: {' '.join(str(error).split())}"
            return table, [Remark("odd-cells", "error", "", message)]
        if not samples:
            message = "no row is left: each has a missing cell"
            return table, [Remark("no-rows", "error", "", message)]
        _write_header(file, samples, columns)
    every = np.concatenate(targets)
    np.save(place / "targets.npy", every, allow_pickle=False)
    remarks = dropped(table, samples)
    if table.classes and (missing := lost_classes(table, every)):
        return table, [*remarks, missing]
    return replace(table, samples=samples), remarks


def _encoded(sheet: Sheet, table: Table) -> Iterator[tuple[Any, Any]]:
    """Inputs and targets of each part."""
    inputs = {name: input_encoder(how) for name, how in table.inputs.items()}
    targets = {name: target_encoder(how) for name, how in table.targets.items()}
    for cells in parts_of(sheet, [*inputs, *targets]):
        found, wanted = encode_table(_without_blank_rows(cells), inputs, targets, list(table.drop))
        if np.isinf(found).any():
            raise pa.ArrowInvalid("a number is too large for 32 bits")
        yield found, wanted


def _write_header(file: IO[bytes], rows: int, columns: int) -> None:
    """The header of a .npy file of float32, version 1.0, padded to _HEADER_BYTES."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    length = _HEADER_BYTES - 10
    file.seek(0)
    file.write(b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little"))
    file.write(text.encode().ljust(length - 1) + b"\n")
