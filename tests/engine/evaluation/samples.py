"""Small evidence, made by hand or by a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.parts.data import Facts

TWO, THREE = ("no", "yes"), ("a", "b", "c")


def of_classes(
    targets: Sequence[int] | Array,
    probabilities: Sequence[Sequence[float]] | Array,
    classes: tuple[str, ...] = TWO,
    split: str = "test",
    **facts: Any,
) -> Evidence:
    """Of classes; the likeliest is predicted."""
    shares = np.asarray(probabilities, float)
    known = Facts(
        shape=(2,), task="classification", num_samples=len(targets), classes=classes, **facts
    )
    return Evidence(split, known, np.asarray(targets), shares.argmax(1), shares)


def of_numbers(
    targets: Sequence[float], numbers: Sequence[float], unit: str = "", split: str = "test"
) -> Evidence:
    """Of one number a sample."""
    units = (unit,) if unit else ()
    facts = Facts(shape=(1,), task="regression", num_samples=len(targets), target_units=units)
    return Evidence(
        split, facts, np.asarray(targets, float)[:, None], np.asarray(numbers, float)[:, None]
    )


def random_classes(samples: int, num_classes: int, seed: int = 0) -> Evidence:
    """Samples whose true class is likelier than others."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, num_classes, samples)
    scores = generator.normal(size=(samples, num_classes))
    scores[np.arange(samples), targets] += 1
    shares = np.exp(scores)
    names = tuple(f"c{n}" for n in range(num_classes))
    return of_classes(targets, shares / shares.sum(1, keepdims=True), names)
