"""The picture that a network has learned, pixel by pixel, beside the one that it is of."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.parts.data.generators.painting import pixel_places
from engine.parts.metrics.formulas import psnr
from engine.parts.shapes import Shape
from engine.runs.pictures import Painting
from engine.training.metrics import Evaluator
from engine.training.splits import Splits

MOST_PIXELS = 20_000
"""Pixels that are drawn: of a larger picture every second, or third, in each direction."""


def painting(evaluator: Evaluator, splits: Splits) -> Painting | None:
    """What the network says of every pixel; None for data that is no picture."""
    size = splits.facts.painting
    if not size or splits.reader is not None:
        return None
    parts = splits.named().values()
    every = torch.cat([part.targets.cpu() for part in parts])
    row = torch.cat([_rows(part.points, size) for part in parts if part.points is not None])
    colors = torch.empty_like(every).index_copy_(0, row, every)
    places = pixel_places(*size)
    said = _thinned(places, size).flatten(0, 1)
    outputs = evaluator.outputs(splits.input_map.stored(said))
    numbers = evaluator.decoder.numbers(outputs).cpu()
    true = original(size, colors)
    channels, height, width = true.shape
    made = numbers.T.reshape(channels, height, width)
    close = psnr(numbers, _thinned(colors, size).flatten(0, 1))
    return Painting(
        height=height,
        width=width,
        channels=channels,
        original=bytes(true.flatten().tolist()),
        painted=bytes(_in_bytes(made).flatten().tolist()),
        psnr=close if close is not None and math.isfinite(close) else None,
    )


def original(size: Shape, colors: Tensor) -> Tensor:
    """The picture itself, as much of it as is drawn: (channels, height, width) uint8.

    size: height and width; colors: (pixels, channels) from 0 to 1, row by row.
    """
    return _in_bytes(_thinned(colors, size)).permute(2, 0, 1)


def _thinned(pixels: Tensor, size: Shape) -> Tensor:
    """As many pixels as are drawn: (pixels, …) to (rows, columns, …)."""
    height, width = size
    step = math.isqrt(max(1, math.ceil(height * width / MOST_PIXELS)) - 1) + 1
    return pixels.view(height, width, -1)[::step, ::step]


def _rows(points: Tensor, size: Shape) -> Tensor:
    """Which pixel each point is, counted row by row."""
    height, width = size
    column = ((points[:, 0] + 1) / 2 * (width - 1)).round().long()
    return ((1 - points[:, 1]) / 2 * (height - 1)).round().long() * width + column


def _in_bytes(colors: Tensor) -> Tensor:
    return (colors.nan_to_num(0.0) * 255).round().clamp(0, 255).byte()
