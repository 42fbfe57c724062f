"""Numbers as tiles: in few levels around zero, as curves, as histograms."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from engine.runs.tile import FINE, LEVELS, Tile, TileKind


def signed_tiles(kind: TileKind, pictures: Tensor) -> list[Tile]:
    """Pictures around zero, each by its own largest value: (units, rows, columns)."""
    count, rows, columns = pictures.shape
    flat = pictures.reshape(count, -1)
    known = flat.nan_to_num(0.0, 0.0, 0.0)
    scale = known.abs().amax(1)
    share = known / torch.where(scale > 0, scale, 1.0).unsqueeze(1)
    cells = ((share * LEVELS).round() + LEVELS).byte().numpy()
    ends = zip(scale.tolist(), flat.isfinite().all(1).tolist(), strict=True)
    return [
        Tile(kind, columns, rows, cells[unit].tobytes(), *(_ends(-end, end) if whole else _NONE))
        for unit, (end, whole) in enumerate(ends)
    ]


def curve_tiles(values: Tensor) -> list[Tile]:
    """Values at places from left to right: (units, places)."""
    known = values.nan_to_num(0.0, 0.0, 0.0)
    low, high = known.amin(1), known.amax(1)
    cells = (_share(known, low, high) * FINE).round().byte().numpy()
    whole = values.isfinite().all(1).tolist()
    ends = zip(low.tolist(), high.tolist(), whole, strict=True)
    return [
        Tile("curve", values.shape[1], 1, cells[unit].tobytes(), *(_ends(*end) if fine else _NONE))
        for unit, (*end, fine) in enumerate(ends)
    ]


def histogram_tiles(values: Tensor, classes: Tensor, num_classes: int, bins: int) -> list[Tile]:
    """How values lie, class by class: (units, samples), (samples,) int64."""
    known = values.nan_to_num(0.0, 0.0, 0.0)
    low, high = known.amin(1), known.amax(1)
    place = (_share(known, low, high) * bins).floor().clamp(0, bins - 1).long()
    cells = []
    for unit in range(len(values)):
        counts = torch.bincount(classes * bins + place[unit], minlength=num_classes * bins)
        cells.append((counts / counts.max() * FINE).round().byte().numpy().tobytes())
    whole = values.isfinite().all(1).tolist()
    ends = zip(low.tolist(), high.tolist(), whole, strict=True)
    return [
        Tile("histogram", bins, num_classes, cells[unit], *(_ends(*end) if fine else _NONE))
        for unit, (*end, fine) in enumerate(ends)
    ]


def fitted(pictures: Tensor, columns: int, rows: int) -> Tensor:
    """Pictures brought down to so many cells, where they have more: (units, height, width)."""
    height, width = pictures.shape[1:]
    size = min(height, rows), min(width, columns)
    if size == (height, width):
        return pictures
    return adaptive_avg_pool2d(pictures.unsqueeze(1), size).squeeze(1)


def as_pictures(output: Tensor) -> Tensor:
    """What a layer gives for one sample: (units, …) to (units, height, width)."""
    output = output.detach().float().cpu()
    while output.dim() < 3:
        output = output.unsqueeze(1)
    return output.flatten(1, -2) if output.dim() > 3 else output


_NONE = None, None


def _ends(low: float, high: float) -> tuple[float | None, float | None]:
    return (low if math.isfinite(low) else None), (high if math.isfinite(high) else None)


def _share(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Where values lie between the two, from 0 to 1; in the middle where these are the same."""
    span = high - low
    share = (values - low.unsqueeze(1)) / torch.where(span > 0, span, 1.0).unsqueeze(1)
    return torch.where((span > 0).unsqueeze(1), share, 0.5)
