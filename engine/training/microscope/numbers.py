"""What is told of a tensor: all of its numbers where there are few, else chosen ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.runs.dissected_step import Numbers, Spread
from engine.runs.events import Figure
from engine.training.inside.samples import figures

MOST_SAMPLES = 10
"""Samples of which everything is told; of more, the chosen one."""
MOST_PLACES = 16
"""Numbers of a sample that are told."""
BINS = 16


def figure(value: Tensor | float) -> Figure:
    """One number as JSON has it."""
    return figures(torch.as_tensor(value, dtype=torch.float64).reshape(1))[0]


def spread_of(values: Tensor) -> Spread:
    """All numbers at a glance; makes no copy of them, of which there may be many."""
    flat = values.detach().reshape(-1)
    if not len(flat):
        return Spread(count=0, norm=0.0, lowest=None, highest=None, bins=[], zeros=0)
    low, high = flat.min().item(), flat.max().item()
    bins: list[int] = []
    if high == low:
        bins = [len(flat), *[0] * (BINS - 1)]
    elif bool(flat.isfinite().all()):
        counted = torch.histc(flat.float(), BINS, low, high)
        bins = [int(count) for count in counted.tolist()]
    return Spread(
        count=len(flat),
        norm=figure(torch.linalg.vector_norm(flat, dtype=torch.float64)),
        lowest=figure(low),
        highest=figure(high),
        bins=bins,
        zeros=int((flat == 0).sum()),
    )


@dataclass(frozen=True)
class Told:
    """Of a tensor with the batch first: the samples that are told of, and all at a glance."""

    shape: tuple[int, ...]
    rows: list[int]
    """Those samples: all of a small batch, else the chosen one."""
    values: Tensor
    """(rows, numbers of a sample), on the CPU."""
    chosen: Tensor
    """The chosen sample's, flattened."""
    spread: Spread

    @classmethod
    def of(cls, values: Tensor, sample: int) -> Told:
        """What is told of a tensor; it may be written over afterwards."""
        count = len(values)
        rows = list(range(count)) if count <= MOST_SAMPLES else [sample]
        own = values.detach()[rows].reshape(len(rows), -1).cpu().clone()
        chosen = own[rows.index(sample)]
        return cls(tuple(values.shape), rows, own, chosen, spread_of(values))

    def numbers(self, places: Tensor) -> Numbers:
        """As it goes to whoever asked; places: which numbers of a sample, flattened."""
        shape = self.shape[1:]
        return Numbers(
            shape=self.shape,
            rows=self.rows,
            places=[place_of(index, shape) for index in places.tolist()],
            values=[figures(row) for row in self.values[:, places]],
            is_whole=len(self.rows) * len(places) == self.spread.count,
            spread=self.spread,
        )


def strongest(strength: Tensor, most: int) -> Tensor:
    """The indices of the largest of these, ascending; all of them where there are few enough."""
    flat = strength.detach().reshape(-1).abs().cpu()
    if len(flat) <= most:
        return torch.arange(len(flat))
    return flat.nan_to_num(torch.inf).topk(most).indices.sort().values


def place_of(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Where the number of this index is, in a tensor of this shape."""
    found: list[int] = []
    for size in reversed(shape):
        found.append(index % size)
        index //= size
    return tuple(reversed(found))
