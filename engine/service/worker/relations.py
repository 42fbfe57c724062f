"""Looks at what the rows of a data set have to do with each other, and with its targets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor

from engine import regular_file
from engine.doctor.statistics import Relations
from engine.parts.data import Dataset
from engine.parts.data.dataset import PictureFiles
from engine.parts.shapes import product
from engine.training.splits import Split

MOST_ROWS = 200_000
MOST_VALUES = 20_000_000
"""Rows that are looked at, and their values, at most: the first ones, since repeated rows are far
apart as often as not."""
MOST_COLUMNS = 256
"""Inputs whose different values are counted."""
MOST_FILES = 20_000
"""Pictures whose files are compared."""
CHUNK = 10_000
"""Rows that are made one number each at a time."""
_SEED = 20_260_101


def relations(data: Dataset, every: Split) -> Relations:
    """What is told of the doctor about a person's own data."""
    if data.files is not None:
        return Relations(len(every), held_known=_known_files(data.files, data))
    width = max(1, product(tuple(data.inputs.shape[1:])))
    most = min(MOST_ROWS, max(1, MOST_VALUES // width))
    count = min(len(every), most)
    rows = every.rows(torch.arange(count)).flatten(1)
    targets = data.targets[:count]
    inputs_only, whole = _keys(rows, None), _keys(rows, targets)
    held = []
    for name, (inputs, own) in data.own.items():
        keys = _keys(inputs[:most].flatten(1), own[:most])
        held.append((str(name), len(keys), int(torch.isin(keys, whole).sum())))
    is_table = data.pixels is None and rows.is_floating_point()
    return Relations(
        count,
        tuple(_explained(rows, targets, data.facts.classes)) if is_table else (),
        count - len(torch.unique(whole)),
        _most_distinct(rows) if is_table else count,
        _reachable(inputs_only, targets) if data.facts.classes else 1.0,
        tuple(held),
    )


def _keys(rows: Tensor, targets: Tensor | None) -> Tensor:
    """A number for each row, the same for the same numbers; (rows,) int64."""
    generator = torch.Generator().manual_seed(_SEED)
    limits = torch.iinfo(torch.int64)
    width = rows.shape[1] * max(1, rows.element_size() // 4) + 8
    factors = torch.randint(limits.min, limits.max, (width,), generator=generator)
    found = []
    for start in range(0, len(rows), CHUNK):
        keys = _mixed(rows[start : start + CHUNK], factors)
        if targets is not None:
            keys = keys + 31 * _mixed(
                targets[start : start + CHUNK].reshape(len(keys), -1), factors
            )
        found.append(keys)
    return torch.cat(found) if found else torch.zeros(0, dtype=torch.int64)


def _mixed(values: Tensor, factors: Tensor) -> Tensor:
    """The bits of a row's numbers, each times its own factor, added up without end."""
    plain = values.contiguous()
    bits = plain.view(torch.int32) if plain.is_floating_point() else plain
    numbers = bits.to(torch.int64)
    if numbers.shape[1] > len(factors):
        factors = factors.repeat(-(-numbers.shape[1] // len(factors)))
    return (numbers * factors[: numbers.shape[1]]).sum(1)


def _explained(rows: Tensor, targets: Tensor, classes: tuple[str, ...]) -> list[float]:
    """Per input its squared correlation with the one target, or the share between the classes."""
    known = rows.double()
    known = torch.where(known.isnan(), known.nanmean(0), known)
    known = known - known.mean(0)
    total = known.square().sum(0)
    if classes:
        counts = torch.bincount(targets, minlength=len(classes)).double()
        sums = torch.zeros(len(classes), known.shape[1], dtype=torch.float64)
        sums.index_add_(0, targets, known)
        between = (sums.square() / counts.clamp_min(1)[:, None]).sum(0)
        shares = between / total
    else:
        numbers = targets.reshape(len(targets), -1).double()
        numbers = numbers - numbers.mean(0)
        products = known.T @ numbers
        squares = products.square() / (total[:, None] * numbers.square().sum(0))
        shares = squares.nan_to_num().amax(1)
    return [*shares.nan_to_num().clamp(0, 1).tolist()]


def _most_distinct(rows: Tensor) -> int:
    columns = rows[:, :MOST_COLUMNS].T
    return max((len(torch.unique(column.nan_to_num())) for column in columns), default=0)


def _reachable(keys: Tensor, targets: Tensor) -> float:
    """The share of rows whose class is the commonest among rows with the same inputs."""
    if not len(keys):
        return 1.0
    _, group = torch.unique(keys, return_inverse=True)
    pairs, counts = torch.unique(torch.stack([group, targets]), dim=1, return_counts=True)
    best = torch.zeros(int(group.max()) + 1, dtype=torch.int64)
    best.scatter_reduce_(0, pairs[0], counts, "amax")
    return best.sum().item() / len(keys)


def _known_files(files: PictureFiles, data: Dataset) -> tuple[tuple[str, int, int], ...]:
    """Of each split of its own, how many pictures are files to train on once more, byte by byte."""
    paths = [Path(files.folder, path) for path in files.paths]
    start = len(data.targets)
    by_size: dict[int, list[Path]] = {}
    for path in paths[:start][:MOST_FILES]:
        by_size.setdefault(path.stat().st_size, []).append(path)
    digests: dict[int, set[bytes]] = {}
    found = []
    for name, (_, targets) in data.own.items():
        held = paths[start : start + len(targets)][:MOST_FILES]
        start += len(targets)
        known = 0
        for path in held:
            size = path.stat().st_size
            if size not in by_size:
                continue  # most pictures differ in that already, and need not be read
            if size not in digests:
                digests[size] = {_digest(one) for one in by_size[size]}
            known += _digest(path) in digests[size]
        found.append((str(name), len(held), known))
    return tuple(found)


def _digest(path: Path) -> bytes:
    digest = hashlib.blake2b()
    with regular_file.opened(path) as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.digest()
