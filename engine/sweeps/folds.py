"""The folds of a cross-validation: each sample that is not tested on is validated on once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.spec.validator import held_back

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


def bounds(num_samples: int, fold: int, folds: int) -> tuple[int, int]:
    """Where a fold begins and ends among the shuffled samples; folds differ by one at most."""
    return num_samples * (fold - 1) // folds, num_samples * fold // folds


def fold_of(experiment: Experiment, fold: int, folds: int) -> Experiment:
    """The experiment with one of so many folds, from 1, as its validation split."""
    num_samples = experiment.data.known_facts().num_samples
    num_tested = held_back(num_samples, experiment.test_fraction)
    begin, end = bounds(num_samples - num_tested, fold, folds)
    return experiment.with_values(
        validation_fraction=(end - begin) / num_samples, validation_offset=begin / num_samples
    )
