"""Trains each experiment of a chain of repairs for a moment, with several seeds; keeps nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from engine.errors import PerceptuiError
from engine.parts.data import DataLocations
from engine.runs.proof import Proof, Proven
from engine.runs.side_by_side import Tried
from engine.spec.experiment import Experiment
from engine.training.mishap import told
from engine.training.side_by_side import tried

MOST_S = 2.0
"""Each training ends then, if it has not come to its end."""
METRICS = ("accuracy", "r2", "loss")
"""What is compared, the first that all have: the unit of a loss may change by a repair."""
SPLITS = ("test", "validation", "train")


def prove(
    experiments: Sequence[Experiment],
    seeds: Sequence[int],
    locations: DataLocations,
    most_s: float = MOST_S,
) -> Proof:
    """Train all of them with each seed; one that can't be trained has no figure, but why.

    Raises PerceptuiError where not even the last can be.

    Where a repair holds a test split back, those before it do so too, to be judged alike.
    """
    held = experiments[-1].test_fraction
    alike = [
        one if one.test_fraction or not held else dataclasses.replace(one, test_fraction=held)
        for one in experiments
    ]
    results = [_row(one, seeds, locations, most_s) for one in alike]
    if isinstance(results[-1], PerceptuiError):
        raise results[-1]
    trained = [row for row in results if not isinstance(row, PerceptuiError)]
    every = [result for row in trained for result in row]
    metric = next(
        name
        for split in SPLITS
        for kind in METRICS
        if all((name := f"{split}_{kind}") in result.metrics for result in every)
    )
    chain = [
        Proven(values=[], is_over=False, refused=str(row))
        if isinstance(row, PerceptuiError)
        else Proven(
            values=[result.metrics[metric] for result in row],
            is_over=all(result.is_over for result in row),
        )
        for row in results
    ]
    return Proof(metric=metric, most_s=most_s, chain=chain)


def _row(
    experiment: Experiment, seeds: Sequence[int], locations: DataLocations, most_s: float
) -> list[Tried] | PerceptuiError:
    """What came of each seed, or why it can't be trained."""
    ones = [dataclasses.replace(experiment, seed=seed) for seed in seeds]
    try:
        return [_trained(one, locations, most_s) for one in ones]
    except Exception as error:
        known = told(error)
        if not isinstance(known, PerceptuiError):
            raise
        return known


def _trained(experiment: Experiment, locations: DataLocations, most_s: float) -> Tried:
    return tried(experiment, locations, "auto", most_s, None)[0]
