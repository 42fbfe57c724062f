"""Samples from another file than the training's, read as the training read its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import DataUnavailable
from engine.parts.data import Facts
from engine.runs.run import Run
from engine.training.inputs import InputMap
from engine.training.splits import Split
from engine.training.trainer import Trainer


def table_split(run: Run, path: Path, input_map: InputMap, facts: Facts) -> Split:
    """The rows of a table whose answers are in it, too.

    Raises DataUnavailable for a file that can't be read, rows at fault, or answers that lack.
    """
    from engine.parts.data.sheet.new_rows import read

    samples = run.new_samples()
    rows = read(str(path), samples)
    if rows.num_faults:
        more = f" (and {rows.num_faults - 1:,} more)" if rows.num_faults > 1 else ""
        raise DataUnavailable(f"{path}, {rows.faults[0].said()}{more}")
    wanted = samples.targets or facts.target_names
    lacking = [name for name in wanted if name not in rows.names]
    if lacking or not wanted:
        names = ", ".join(map(repr, lacking)) or "the answers"
        raise DataUnavailable(f"{path}: it lacks {names}, by which the network is to be judged")
    answers = [rows.columns[rows.names.index(name)].to_pylist() for name in wanted]
    raw = torch.from_numpy(rows.inputs)
    targets = (
        _classes(answers[0], facts, path)
        if facts.task == "classification"
        else _numbers(answers, wanted, path)
    )
    points = input_map.filled(raw) if facts.planar else None
    return Split(input_map.stored(raw), targets, points)


def picture_split(trainer: Trainer, images: np.ndarray[Any, Any], classes: list[int]) -> Split:
    """Pictures that are read as the data set's own, stored as its."""
    inputs = torch.from_numpy(images).to(trainer.splits.train.rows(torch.zeros(1).long()).dtype)
    return Split(inputs, torch.tensor(classes))


def _classes(answers: Sequence[Any], facts: Facts, path: Path) -> Tensor:
    known = {name: place for place, name in enumerate(facts.classes)}
    found = []
    for number, value in enumerate(answers, start=1):
        name = str(value).strip()
        if name not in known and isinstance(value, float) and value.is_integer():
            name = str(int(value))
        if name not in known:
            there = ", ".join(facts.classes[:8])
            raise DataUnavailable(
                f"{path}, row {number}: {name!r} is none of the classes that were learned: {there}"
            )
        found.append(known[name])
    return torch.tensor(found)


def _numbers(answers: Sequence[Sequence[Any]], names: Sequence[str], path: Path) -> Tensor:
    columns = []
    for name, values in zip(names, answers, strict=True):
        column = []
        for number, value in enumerate(values, start=1):
            try:
                column.append(float(value))
            except (TypeError, ValueError) as error:
                raise DataUnavailable(
                    f"{path}, row {number}, column {name!r}: {value!r} is no number"
                ) from error
        columns.append(column)
    return torch.tensor(columns).T.contiguous()
