"""Whether a training can be one of many that are trained in one, and what those must share."""

from __future__ import annotations

from collections.abc import Hashable

from engine.parts.layers.address import walk
from engine.spec.experiment import PROSE, Experiment

_OWN = (
    *("seed", "optimizer", "schedule", "layers", "data", "l1", "l2", "clip_norm", "stop_below"),
    *("patience", "predict", "start_from", "new_head", *PROSE),
)
"""Fields that each training of a stack may have a value of its own for; of some a part is looked
at."""
_OF_DATA = ("noise",)
"""Parameters of data that change no shape."""


def why_alone(experiment: Experiment) -> str:
    """Why a training can't be stacked with any other, in a clause; empty where it can."""
    optimizer, loss, layers = experiment.optimizer, experiment.loss, experiment.layers
    for part in (optimizer, loss, experiment.objective):
        if not part.is_stackable:
            return f"{part.name} has no stacked form"
    for _, layer in walk(layers):
        if reason := layer.alone:
            return reason
        if layer.cancels_bias and not optimizer.follows_gradient:
            return (
                f"{layer.name} takes away what a bias before it adds, so that rounding alone "
                f"decides where {optimizer.name} moves that"
            )
    if experiment.precision != "float32":
        return f"it multiplies in {experiment.precision}"
    if experiment.data.changes_samples:
        return "each of its pictures is changed at random by itself"
    if experiment.freeze:
        return "some of its layers are frozen"
    if experiment.backbone_rate != 1:
        return "some of its layers learn at rates of their own"
    if experiment.start_from:
        return "it starts from the weights of another training"
    lowest, highest = layers[-1].output_range
    if loss.raises_outside and not 0 <= lowest <= highest <= 1:
        return f"{loss.name} may refuse its outputs"
    return ""


def shape_key(experiment: Experiment) -> Hashable:
    """What trainings share that do the same to tensors of the same shapes, as far as is declared:
    what is drawn or read may still differ in its shape."""
    return tuple(sorted(_shared(experiment).items()))


def differing(first: Experiment, other: Experiment) -> str:
    """In what two trainings differ that keeps them apart: `batch_size, layers`; empty for none."""
    ours, theirs = _shared(first), _shared(other)
    return ", ".join(name for name in ours if ours[name] != theirs[name])


def _shared(experiment: Experiment) -> dict[str, str]:
    values = experiment.values()
    shared = {name: str(value) for name, value in values.items() if name not in _OWN}
    data, optimizer = experiment.data, experiment.optimizer
    shape = {name: value for name, value in data.values().items() if name not in _OF_DATA}
    shared["data"] = f"{data.name}{shape}"
    # Switches decide what a step computes; numbers may differ.
    switches = {name: on for name, on in optimizer.values().items() if isinstance(on, bool)}
    shared["optimizer"] = f"{optimizer.name}{switches}"
    shared["layers"] = ", ".join(str(layer.unfilled) for layer in experiment.layers)
    return shared
