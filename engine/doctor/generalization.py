"""What helps against learning by heart, each as a change that an experiment can take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.doctor.case import Case
from engine.parts.layers import Layer
from engine.parts.layers.dense import Dropout
from engine.spec.validator import held_back

VALIDATION_FRACTION = 0.2
LEAST_VALIDATION = 20
"""Samples from which a validation loss says when to stop."""
LEAST_PATIENCE, PATIENCE_SHARE = 10, 0.1
"""Epochs without a better validation loss, at least, and of all epochs."""
DROPPED = 0.5
"""Srivastava et al. 2014 found it near the best for hidden units."""
LEAST_TO_DROP = 16
"""Units from which half of them can be missed."""
SMALLER, LEAST_WIDTH = 4, 8
"""By what a network's hidden widths are divided, and down to which."""


@dataclass(frozen=True)
class Remedy:
    """One of them."""

    text: str
    """What is to be done, in a few words."""
    changes: Mapping[str, object]


def remedies(case: Case) -> Iterator[Remedy]:
    """Those that an experiment has not taken yet, in the order that measured best.

    `python -m tests.benchmarks.measure_overfitting`, the test loss as a share of what it was: stop
    early 0.44 to 1.02; Dropout 0.56 to 1.43 for classes, to 1.37 for numbers; a smaller network
    0.75 to 1.31, for numbers 0.98 to 1.02; l2 = 1e-4 0.72 to 1.03.
    """
    later = (drop, make_smaller) if case.is_classification else (make_smaller, drop)
    for make in (stop_early, *later):
        remedy = make(case)
        if remedy is not None:
            yield remedy


def stop_early(case: Case) -> Remedy | None:
    """Hold samples back that say when to stop, and stop then; the best epoch is kept."""
    experiment, facts = case.experiment, case.facts
    if facts is None or (experiment.patience and _validates(case)):
        return None
    changes: dict[str, object] = {}
    if not _validates(case):
        if held_back(facts.num_samples, VALIDATION_FRACTION) < LEAST_VALIDATION:
            return None
        changes["validation_fraction"] = VALIDATION_FRACTION
    if not experiment.patience:
        changes["patience"] = max(LEAST_PATIENCE, round(PATIENCE_SHARE * experiment.epochs))
    told = " and ".join(f"{name} = {value}" for name, value in changes.items())
    return Remedy(f"stop at the best epoch: {told}", changes)


def drop(case: Case) -> Remedy | None:
    """Switch off half of the units of each wide hidden layer in each step."""
    layers = case.experiment.layers
    if any(layer.drops for layer in layers) or not case.chain:
        return None
    after = {_activation_of(case, index) for index in _hidden(case)}
    changed: list[Layer] = []
    for index, layer in enumerate(layers):
        changed.append(layer)
        if index in after:
            changed.append(Dropout(DROPPED))
    if len(changed) == len(layers):
        return None
    return Remedy(f"put {Dropout(DROPPED)} behind the hidden layers", {"layers": tuple(changed)})


def make_smaller(case: Case) -> Remedy | None:
    """Give the hidden layers a part of their units."""
    layers = list(case.experiment.layers)
    told: list[str] = []
    for index in _hidden(case):
        layer = layers[index]
        width = max(LEAST_WIDTH, (layer.width or 0) // SMALLER)
        if layer.width and width < layer.width:
            layers[index] = layer.with_values(**{layer.width_parameter: width})
            told.append(layers[index].brief)
    if not told:
        return None
    return Remedy(f"make the network smaller: {', '.join(told)}", {"layers": tuple(layers)})


def _validates(case: Case) -> bool:
    own = case.facts.num_validation_samples if case.facts else 0
    return bool(case.experiment.validation_fraction or own)


def _hidden(case: Case) -> list[int]:
    """The dense layers before the last one with weights that are wide enough to lose some."""
    weighted = case.network.weighted[:-1]
    layers = case.experiment.layers
    return [i for i in weighted if layers[i].dense and (layers[i].width or 0) >= LEAST_TO_DROP]


def _activation_of(case: Case, index: int) -> int:
    """The last layer that belongs to a hidden layer, before the next one with weights."""
    following = [other for other in case.network.weighted if other > index]
    layers = case.experiment.layers
    bends = [n for n in range(index + 1, following[0]) if layers[n].nonlinear]
    return bends[0] if bends else index
