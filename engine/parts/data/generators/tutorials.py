"""Generators of the tutorials' small data sets."""

import torch


def first_network() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten random rows of ten features, and ten fixed labels that have nothing to do with them."""
    inputs = torch.randn(10, 10)
    targets = torch.tensor([1, 0, 0, 1, 1, 1, 0, 0, 1, 1])
    return inputs, targets


def one_step() -> tuple[torch.Tensor, torch.Tensor]:
    """One random row of five features and one random number to predict."""
    inputs = torch.randn(1, 5)
    targets = torch.randn(1, 1)
    return inputs, targets


def three_features() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten fixed rows of three features; their scales differ from 0.1 to 102."""
    inputs = torch.tensor(
        [
            [0.3, 0.2, 0.1],
            [0.4, 0.5, 0.6],
            [9, 8, 7],
            [10, 11, 102],
            [3, 2, 1],
            [4, 5, 6],
            [9, 8, 7],
            [1.0, 1.1, 102],
            [0.3, 0.2, 0.1],
            [0.4, 0.5, 0.6],
        ],
        dtype=torch.float32,
    )
    targets = torch.tensor([0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    return inputs, targets
