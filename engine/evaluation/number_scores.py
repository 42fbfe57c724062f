"""The scores of numbers: values as scikit-learn has them, with intervals, in the target's unit."""

from __future__ import annotations

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Score
from engine.evaluation.resampling import Statistic, intervals, mean_of

TITLES = {
    "mae": "Mean error",
    "rmse": "RMSE",
    "median_error": "Median error",
    "r2": "R²",
}


def number_scores(evidence: Evidence) -> list[Score]:
    """Those of a regression; several targets are averaged, R² by their variance."""
    from sklearn.metrics import (
        mean_absolute_error,
        median_absolute_error,
        r2_score,
        root_mean_squared_error,
    )

    if not evidence.is_finite:
        return []
    targets, numbers = evidence.targets, evidence.predicted
    squared = evidence.losses
    values = {
        "mae": mean_absolute_error(targets, numbers),
        "rmse": float(
            np.sqrt(
                np.square(
                    root_mean_squared_error(targets, numbers, multioutput="raw_values")
                ).mean()
            )
        ),
        "median_error": median_absolute_error(targets, numbers),
    }
    statistics: dict[str, Statistic] = {
        "mae": mean_of(evidence.errors),
        "rmse": lambda weights: np.sqrt(mean_of(squared)(weights)),
        "median_error": _median(np.abs(numbers - targets)),
    }
    if len(targets) > 1 and targets.var() > 0:
        values["r2"] = r2_score(targets, numbers, multioutput="variance_weighted")
        statistics["r2"] = _explained(squared, targets)
    found = intervals(len(evidence), statistics)
    units = {*evidence.facts.target_units}
    unit = evidence.facts.target_units[0] if len(units) == 1 else ""
    scores = []
    for name, value in values.items():
        low, high = found[name] or (None, None)
        scores.append(
            Score(
                name=name,
                title=TITLES[name],
                value=float(value),
                low=low,
                high=high,
                unit="" if name == "r2" else unit,
            )
        )
    return scores


def _explained(squared: Array, targets: Array) -> Statistic:
    """R² of resamples: less what the squared errors are of the targets' variance."""
    of_targets = np.square(targets).sum(1)
    width = targets.shape[1]

    def r2(weights: Array) -> Array:
        samples = weights.sum(1)
        means = weights @ targets / samples[:, None]
        spread = weights @ of_targets - samples * np.square(means).sum(1)
        off = weights @ squared * width
        unknown = np.full_like(off, np.nan)
        left: Array = np.divide(off, spread, out=unknown, where=spread > 1e-12 * samples)
        return 1 - left

    return r2


def _median(errors: Array) -> Statistic:
    """The median of resampled errors, (samples, targets), the mean of the targets'."""
    orders = [np.argsort(errors[:, n], kind="stable") for n in range(errors.shape[1])]

    def median(weights: Array) -> Array:
        half = weights.sum(1, keepdims=True) / 2
        found = [
            errors[order, n][(np.cumsum(weights[:, order], 1) >= half).argmax(1)]
            for n, order in enumerate(orders)
        ]
        middle: Array = np.mean(found, 0)
        return middle

    return median
