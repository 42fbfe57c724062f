"""How far a regression is off on samples that it never saw: what a prediction's interval is of."""

from __future__ import annotations

import math

import torch
from torch import Tensor

SHARE = 0.9
"""Of new samples, that lie within the bounds."""
FEWEST = 20
"""Samples from which a tenth of them tells anything."""


def error_bounds(numbers: Tensor, targets: Tensor, *, logarithmic: bool) -> list[float]:
    """What nine tenths of the errors stay below, for each number to predict; none of too few.

    numbers, targets: (samples, targets) in the data's unit, of samples that nothing was chosen by.
    logarithmic: errors are factors, given as their logarithms. By the rank that holds for any
    distribution: Vovk, Gammerman and Shafer 2005, split conformal prediction.
    """
    count = len(targets)
    if count < FEWEST:
        return []
    actual, predicted = targets.double(), numbers.double()
    if logarithmic:
        actual, predicted = actual.log(), predicted.log()
    errors = (actual - predicted).abs()
    if not errors.isfinite().all():
        return []
    rank = min(math.ceil(SHARE * (count + 1)), count)
    bounds: list[float] = errors.kthvalue(rank, 0).values.tolist()
    return bounds


def interval(outputs: Tensor, bounds: Tensor, *, logarithmic: bool) -> tuple[Tensor, Tensor]:
    """From where to where nine tenths of new samples lie: two of (samples, targets) float32."""
    values = outputs.double()
    if logarithmic:
        factor = bounds.exp()
        return (values / factor).float(), (values * factor).float()
    return (values - bounds).float(), (values + bounds).float()


def bounds_tensor(bounds: list[float | None], num_targets: int) -> Tensor | None:
    """What a record holds, if it holds one for each number to predict."""
    if len(bounds) != num_targets or any(one is None or one < 0 for one in bounds):
        return None
    return torch.tensor(bounds, dtype=torch.float64)
