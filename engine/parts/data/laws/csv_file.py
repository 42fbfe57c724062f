"""Law of a CSV file."""

import csv
import math
from typing import Any

import torch

from engine.parts.data.laws.csv_cells import encode_cell, is_missing


def read_csv(
    path: str,
    delimiter: str,
    columns: dict[str, list[str] | None],
    target: str,
    classes: list[Any] | None,
    drop: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows of a CSV file: inputs from the columns, targets from the target column.

    columns: each name with its categories, or None for a column of numbers.
    classes: the target's values in the order of their indices, or None for a regression.
    drop: leave out rows with a missing cell; rows without a target are always left out.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        records = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
        rows = [[cell.strip() for cell in record] for record in records]
    names, *rows = [row for row in rows if any(row)]

    inputs: list[list[float]] = []
    targets: list[Any] = []
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        features: list[float] = []
        for name, categories in columns.items():
            features += encode_cell(cells[name], categories)
        if is_missing(cells[target]) or (drop and any(math.isnan(f) for f in features)):
            continue
        inputs.append(features)
        if classes is None:
            targets.append([float(cells[target])])
        elif isinstance(classes[0], str):
            targets.append(classes.index(cells[target]))
        else:
            targets.append(classes.index(float(cells[target])))
    return torch.tensor(inputs, dtype=torch.float32), torch.tensor(targets)
