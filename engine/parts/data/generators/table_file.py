"""Generator of a person's own table."""

from collections.abc import Callable
from typing import Any

import torch

from engine.parts.data.generators.table_cells import read_cells, read_columns, read_rows
from engine.parts.data.generators.table_columns import encode_table


def csv_table(
    path: str,
    layout: dict[str, Any],
    columns: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    targets: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    drop: list[str],
) -> tuple[torch.Tensor, torch.Tensor]:
    """A CSV file's inputs and targets; layout: the arguments of `read_cells`."""
    cells = read_cells(path, only=[*columns, *targets], **layout)
    inputs, wanted = encode_table(cells, columns, targets, drop)
    return torch.from_numpy(inputs), torch.from_numpy(wanted)


def rows_table(
    path: str,
    layout: dict[str, Any],
    columns: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    targets: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    drop: list[str],
) -> tuple[torch.Tensor, torch.Tensor]:
    """A table's inputs and targets, read row by row; layout: the arguments of `read_rows`."""
    cells = read_rows(path, only=[*columns, *targets], **layout)
    inputs, wanted = encode_table(cells, columns, targets, drop)
    return torch.from_numpy(inputs), torch.from_numpy(wanted)


def columns_table(
    path: str,
    columns: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    targets: dict[str, tuple[Callable[..., Any], dict[str, Any]]],
    drop: list[str],
) -> tuple[torch.Tensor, torch.Tensor]:
    """A Parquet or Feather file's inputs and targets."""
    cells = read_columns(path, only=[*columns, *targets])
    inputs, wanted = encode_table(cells, columns, targets, drop)
    return torch.from_numpy(inputs), torch.from_numpy(wanted)
