"""The small data sets of the tutorials, fixed or random, that take no parameters."""

from __future__ import annotations

from engine.parts.data.base import Data, Generator
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.later import torch


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"x{n + 1}" for n in range(count))


class FirstNetwork(Data, name="first_network"):
    """Ten random rows of ten features with ten fixed labels: nothing to learn but by heart."""

    words = (
        "Is ten rows with ten labels that follow from nothing: a network can only learn them by "
        "heart."
    )
    here = (
        "Here it is {samples} rows of {inputs} numbers, {classes} classes; {train} rows are "
        "trained on."
    )
    well_scaled = True
    balanced = True

    def facts(self) -> Facts:
        return Facts((10,), "classification", 10, ("0", "1"), feature_names=_numbered(10))

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(first_network, {})


def first_network() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten random rows of ten features, and ten fixed labels that have nothing to do with them."""
    inputs = torch.randn(10, 10)
    targets = torch.tensor([1, 0, 0, 1, 1, 1, 0, 0, 1, 1])
    return inputs, targets


class OneStep(Data, name="one_step"):
    """One random row of five features and one random number to predict.

    The tutorial draws the network's weights before the data. Here every experiment draws
    its data first, so the numbers of a seed differ from the tutorial's; the generator is the same.
    """

    words = "Is a single row, to look at a single step of training closely."
    here = "Here it is {samples} row of {inputs} numbers."
    well_scaled = True

    def facts(self) -> Facts:
        return Facts((5,), "regression", 1, feature_names=_numbered(5))

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(one_step, {})


def one_step() -> tuple[torch.Tensor, torch.Tensor]:
    """One random row of five features and one random number to predict."""
    inputs = torch.randn(1, 5)
    targets = torch.randn(1, 1)
    return inputs, targets


class ThreeFeatures(Data, name="three_features"):
    """Ten fixed rows of three features of very unlike scale, in two classes."""

    words = (
        "Is a few rows whose columns are of very unlike size, which makes learning hard until they "
        "are scaled."
    )
    here = (
        "Here it is {samples} rows of {inputs} numbers, {classes} classes; {train} rows are "
        "trained on."
    )
    balanced = True

    def facts(self) -> Facts:
        return Facts((3,), "classification", 10, ("0", "1"), feature_names=_numbered(3))

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(three_features, {})


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
