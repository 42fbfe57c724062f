"""What is reached on the same samples without a network: by a guess, and by a linear model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.evaluation.evidence import Array, Evidence

MOST_CELLS = 8_000_000
"""Numbers that a linear model is fitted to: more samples are left out, evenly."""
MOST_STEPS = 100
Name = Literal["commonest class", "mean", "last value", "linear model"]


@dataclass(frozen=True)
class Guess:
    """What something that is no network says of the samples that are judged."""

    name: Name
    predicted: Array
    """As `Evidence.predicted`."""
    fitted_to: int = 0
    """Samples that it was fitted to, where those are fewer than there are."""


def simple_guess(train_targets: Array, evidence: Evidence) -> Guess:
    """The commonest class of the training's samples, or their mean, of every sample."""
    if evidence.is_classes:
        commonest = np.bincount(train_targets).argmax()
        return Guess("commonest class", np.full(len(evidence), commonest))
    mean = train_targets.mean(0)
    return Guess("mean", np.broadcast_to(mean, evidence.targets.shape))


def linear_guess(
    train_inputs: Array, train_targets: Array, inputs: Array, *, num_samples: int = 0
) -> Guess | None:
    """A linear model fitted to the training's samples; None where it can't be fitted.

    inputs: (samples, inputs), as the network takes them. Ridge regression for numbers, logistic
    regression for classes, both of standardized inputs and with scikit-learn's own penalty.
    num_samples: those of the training in all, where fewer are given.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    is_classes = train_targets.ndim == 1
    if is_classes and len(np.unique(train_targets)) < 2:
        return None
    if not (np.isfinite(train_inputs).all() and np.isfinite(inputs).all()):
        return None
    line = LogisticRegression(max_iter=MOST_STEPS, tol=1e-3) if is_classes else Ridge()
    model = make_pipeline(StandardScaler(), line)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough to compare with
        model.fit(train_inputs, train_targets)
    predicted = model.predict(inputs)
    if not is_classes:
        predicted = predicted.reshape(len(inputs), -1)
    fitted_to = len(train_targets) if len(train_targets) < num_samples else 0
    return Guess("linear model", predicted, fitted_to)
