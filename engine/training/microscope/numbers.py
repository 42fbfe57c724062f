"""What is told of a tensor: all of its numbers where there are few, else chosen ones."""

from __future__ import annotations

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
    """All numbers at a glance."""
    flat = values.detach().reshape(-1).cpu().double()
    if not len(flat):
        return Spread(count=0, norm=0.0, lowest=None, highest=None, bins=[], zeros=0)
    low, high = flat.min(), flat.max()
    bins: list[int] = []
    if bool(flat.isfinite().all()):
        share = (flat - low) / (high - low) if high > low else torch.zeros_like(flat)
        bins = torch.bincount((share * BINS).long().clamp(0, BINS - 1), minlength=BINS).tolist()
    return Spread(
        count=len(flat),
        norm=figure(flat.norm()),
        lowest=figure(low),
        highest=figure(high),
        bins=bins,
        zeros=int((flat == 0).sum()),
    )


def numbers_of(values: Tensor, sample: int, places: Tensor) -> Numbers:
    """A tensor with the batch first; places: which numbers of a sample, flattened, are told."""
    count, *shape = values.shape
    rows = list(range(count)) if count <= MOST_SAMPLES else [sample]
    flat = values.detach().reshape(count, -1).cpu()
    told = flat[rows][:, places]
    return Numbers(
        shape=(count, *shape),
        rows=rows,
        places=[place_of(index, tuple(shape)) for index in places.tolist()],
        values=[figures(row) for row in told],
        is_whole=told.numel() == flat.numel(),
        spread=spread_of(values),
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
