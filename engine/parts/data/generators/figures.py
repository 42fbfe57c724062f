"""The figures of a table's columns in one pass over its rows."""

from collections.abc import Iterable

import torch

FIGURE_ROWS = 65_536
"""Rows in each part of a pass: another number would change the last digits."""


def column_figures(
    parts: Iterable[torch.Tensor],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What fills missing cells (NaN), and the columns' means and deviations once they are filled.

    parts: (rows, columns) each, merged as Chan, Golub and LeVeque (1979) have it. Returns the means
    of the known cells in float32, and means and deviations in float64; the deviation of a column
    that never changes is 1.
    """
    infinity = torch.tensor(float("inf"), dtype=torch.float64)
    low, high = infinity, -infinity
    mean = squares = torch.zeros((), dtype=torch.float64)
    count = missing = torch.zeros((), dtype=torch.int64)
    for part in parts:
        rows, known = part.double(), ~part.isnan()
        number = known.sum(0)
        center = torch.where(known, rows, 0.0).sum(0) / number.clamp(min=1)
        spread = torch.where(known, rows - center, 0.0).square().sum(0)
        total = (count + number).clamp(min=1)
        apart = center - mean
        squares = squares + spread + apart.square() * count * number / total
        mean = mean + apart * number / total
        low = torch.minimum(low, torch.where(known, rows, infinity).amin(0))
        high = torch.maximum(high, torch.where(known, rows, -infinity).amax(0))
        count, missing = count + number, missing + len(part) - number
    fill = mean.float()
    apart, total = fill.double() - mean, count + missing
    squares = squares + apart.square() * count * missing / total
    mean = mean + apart * missing / total
    constant = (count == 0) | (high - low <= 1e-6 * torch.maximum(low.abs(), high.abs()))
    return fill, mean, torch.where(constant, 1.0, (squares / total).sqrt())
