"""Trains each experiment of a chain of repairs for a moment, with several seeds; keeps nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from engine.parts.data import DataLocations
from engine.runs.proof import Proof, Proven
from engine.runs.side_by_side import Tried
from engine.spec.experiment import Experiment
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
    """Train all of them with each seed. Raises what Trainer does.

    Where a repair holds a test split back, those before it do so too, to be judged alike.
    """
    held = experiments[-1].test_fraction
    alike = [
        one if one.test_fraction or not held else dataclasses.replace(one, test_fraction=held)
        for one in experiments
    ]
    results = [
        [_trained(dataclasses.replace(one, seed=seed), locations, most_s) for seed in seeds]
        for one in alike
    ]
    every = [result for row in results for result in row]
    metric = next(
        name
        for split in SPLITS
        for kind in METRICS
        if all((name := f"{split}_{kind}") in result.metrics for result in every)
    )
    chain = [
        Proven(
            values=[result.metrics[metric] for result in row],
            is_over=all(result.is_over for result in row),
        )
        for row in results
    ]
    return Proof(metric=metric, most_s=most_s, chain=chain)


def _trained(experiment: Experiment, locations: DataLocations, most_s: float) -> Tried:
    return tried(experiment, locations, "auto", most_s, None)[0]
