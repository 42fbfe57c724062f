"""Splits a data set and makes network inputs of it.

The exported script writes the functions at the top as its own lines: same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.parts.data import Dataset, Facts
from engine.spec.experiment import Experiment
from engine.spec.validator import held_back
from engine.training.inputs import InputMap


def column_means(inputs: Tensor) -> Tensor:
    """The mean of each column, missing cells (NaN) left out."""
    return inputs.nanmean(0).nan_to_num()


def fill_missing(inputs: Tensor, means: Tensor) -> Tensor:
    """Put the column's mean where a cell is missing (NaN)."""
    return torch.where(inputs.isnan(), means, inputs)


def column_scales(inputs: Tensor) -> Tensor:
    """The standard deviation of each column; 1 for a column that never changes."""
    # Not told by the deviation: that of many times 0.1 is a rounding error, not 0.
    spread = inputs.amax(0) - inputs.amin(0)
    constant = spread <= 1e-6 * inputs.abs().amax(0)
    return torch.where(constant, 1.0, inputs.std(0, correction=0))


@dataclass(frozen=True)
class Split:
    """Samples that belong together: inputs in their stored type, targets as the data has them."""

    inputs: Tensor
    """(samples, *stored shape)."""
    targets: Tensor
    """(samples,) int64 or (samples, targets) float32."""
    points: Tensor | None = None
    """(samples, 2) raw inputs, where the data lies in a plane."""

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class Splits:
    """A data set, split and made ready for the network."""

    facts: Facts
    input_map: InputMap
    train: Split
    validation: Split | None
    test: Split | None

    def named(self) -> dict[str, Split]:
        """The splits that there are, by name, in a fixed order."""
        pairs = (("train", self.train), ("validation", self.validation), ("test", self.test))
        return {name: split for name, split in pairs if split is not None}


def split(dataset: Dataset, experiment: Experiment) -> Splits:
    """Divide a data set as the experiment asks.

    Only where a fraction is held back, one permutation is drawn from the global generator:
    the test samples first, then the validation samples, then the training samples.
    """
    num_samples = len(dataset.targets)
    num_test = held_back(num_samples, experiment.test_fraction)
    num_validation = held_back(num_samples, experiment.validation_fraction)
    if num_test or num_validation:
        sizes = [num_test, num_validation, num_samples - num_test - num_validation]
        test, validation, train = torch.split(torch.randperm(num_samples), sizes)
    else:
        test = validation = torch.arange(0)
        train = torch.arange(num_samples)
    input_map = _input_map(dataset, train)

    def part(index: Tensor) -> Split | None:
        if not len(index):
            return None
        whole = len(index) == num_samples  # then keep the one copy there is
        raw = dataset.inputs if whole else dataset.inputs[index]
        targets = dataset.targets if whole else dataset.targets[index]
        points = input_map.filled(raw) if dataset.facts.planar else None
        return Split(input_map.stored(raw), targets, points)

    own_test = None
    if dataset.test_inputs is not None and dataset.test_targets is not None:
        own_test = Split(input_map.stored(dataset.test_inputs), dataset.test_targets)
    train_split = part(train)
    assert train_split is not None, "the validator leaves samples to train on"
    return Splits(dataset.facts, input_map, train_split, part(validation), own_test or part(test))


def _input_map(dataset: Dataset, train: Tensor) -> InputMap:
    means = scales = fill = None
    if dataset.inputs.is_floating_point() and dataset.inputs.dim() == 2:
        inputs = dataset.inputs[train]
        fill = column_means(inputs)  # a sample to predict may miss a cell that no other does
        inputs = fill_missing(inputs, fill)
        if dataset.standardize:
            means, scales = inputs.mean(0), column_scales(inputs)
    return InputMap(dataset.crosses, dataset.pixels, fill, means, scales)
