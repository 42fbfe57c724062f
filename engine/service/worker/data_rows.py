"""A few rows of a run's data as a person would type them, and between what its numbers lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from engine.parts.data import DataLocations
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.samples import Samples
from engine.parts.shapes import product
from engine.runs.run import Run
from engine.service.protocol.description import DataRows
from engine.training.splits import whole
from engine.training.streaming.choice import loaded

if TYPE_CHECKING:
    from engine.parts.data.sheet.new_rows import NewRows

MOST_ROWS = 24
MOST_VALUES = 4096
"""Of a row: more nobody looks at, one by one."""


def data_rows(run: Run, locations: DataLocations) -> DataRows:
    """Rows from all over the data; none of what is not here or would be too long.

    Raises DataUnavailable where the data is missing or has changed since the run began.
    """
    run.check_unchanged()
    experiment, samples, facts = run.experiment(), run.new_samples(), run.facts()
    data = experiment.data
    if not data.is_here(locations.data_dir) or product(facts.shape) > MOST_VALUES:
        return DataRows()
    if data.keeps_table:
        from engine.parts.data.sheet.new_rows import read

        return _of_table(read(str(data.files()[0]), samples), samples)
    torch.manual_seed(experiment.seed if isinstance(experiment.seed, int) else 0)
    dataset, reader = loaded(data, locations, torch.device("cpu"))
    dataset = experiment.objective.dataset(dataset)
    try:
        every = whole(dataset, reader)
        places = _spread(len(every))
        inputs = every.rows(torch.tensor(places)).float().flatten(1)
        all_inputs = None if reader or dataset.pixels else every.rows(torch.arange(len(every)))
    finally:
        if reader is not None:
            reader.stop()
    return DataRows(
        cells=[[f"{value:g}" for value in row] for row in inputs.tolist()],
        answers=[_answer(dataset.targets[place], facts.classes) for place in places],
        numbers=[place + 1 for place in places],
        ranges=[] if all_inputs is None else _ranges(all_inputs.flatten(1).T.tolist()),
    )


def _of_table(rows: NewRows, samples: Samples) -> DataRows:
    good = [n for n, is_good in enumerate(rows.good.tolist()) if is_good]
    places = [good[place] for place in _spread(len(good))]
    targets = [rows.columns[rows.names.index(n)] for n in samples.targets if n in rows.names]
    ranges: list[tuple[float, float] | None] = []
    start = 0
    for column in samples.columns:
        block = rows.inputs[:, start].tolist() if _is_number(column) else []
        ranges += _ranges([block])
        start += column.inputs
    return DataRows(
        cells=[[_text(cells[place]) for cells in rows.cells] for place in places],
        answers=[", ".join(_text(column[place]) for column in targets) for place in places],
        numbers=[place + 1 for place in places],
        ranges=ranges,
    )


def _spread(count: int) -> list[int]:
    """So many places at most, evenly over all."""
    most = min(count, MOST_ROWS)
    return [place * count // most for place in range(most)]


def _ranges(columns: Sequence[Sequence[float]]) -> list[tuple[float, float] | None]:
    known = [[value for value in column if math.isfinite(value)] for column in columns]
    return [(min(column), max(column)) if column else None for column in known]


def _is_number(column: Column) -> bool:
    return (column.how or {}).keys().isdisjoint(("known", "parts", "hash"))


def _text(cell: Any) -> str:
    value = cell.as_py()
    return "" if value is None else str(value)


def _answer(target: torch.Tensor, classes: tuple[str, ...]) -> str:
    if classes:
        return " ".join(classes[one] for one in target.reshape(-1).tolist())
    return ", ".join(f"{value:.6g}" for value in target.reshape(-1).tolist())
