"""An interval is what nine of ten new samples lie in, told from errors on a test split."""

from __future__ import annotations

import math

import torch

from engine.training.bounds import FEWEST, bounds_tensor, error_bounds, interval


def test_nine_tenths_of_the_errors_lie_below() -> None:
    """By the rank that leaves room for one sample more: the 19th of 20 errors."""
    targets = torch.arange(1.0, 21.0)[:, None].repeat(1, 2)
    numbers = torch.zeros(20, 2)
    numbers[:, 1] = targets[:, 1] / 2
    assert error_bounds(numbers, targets, logarithmic=False) == [19, 9.5]
    assert error_bounds(numbers[1:], targets[1:], logarithmic=False) == []
    assert FEWEST == 20


def test_errors_of_logarithms_are_factors() -> None:
    """Twice as much and half as much are equally wrong."""
    targets = torch.full((30, 1), 8.0)
    numbers = torch.tensor([[4.0], [16.0]]).repeat(15, 1)
    (bound,) = error_bounds(numbers, targets, logarithmic=True)
    assert math.isclose(bound, math.log(2))
    low, high = interval(torch.tensor([[10.0]]), torch.tensor([bound]), logarithmic=True)
    assert (low.item(), high.item()) == (5.0, 20.0)


def test_what_is_not_finite_has_no_bounds() -> None:
    """Nor has a record that lacks a number."""
    numbers = torch.tensor([[math.nan]] * 30)
    assert error_bounds(numbers, torch.ones(30, 1), logarithmic=False) == []
    assert bounds_tensor([1.0, None], 2) is None
    assert bounds_tensor([1.0], 2) is None
    assert bounds_tensor([], 1) is None


def test_nine_of_ten_new_samples_lie_inside() -> None:
    """Of a made regression with noise, whose test split has 200 samples."""
    torch.manual_seed(0)
    noise = torch.randn(10_200, 1)
    (bound,) = error_bounds(torch.zeros(200, 1), noise[:200], logarithmic=False)
    low, high = interval(torch.zeros(10_000, 1), torch.tensor([bound]), logarithmic=False)
    inside = (low <= noise[200:]) & (noise[200:] <= high)
    assert 0.86 < inside.float().mean() < 0.94
