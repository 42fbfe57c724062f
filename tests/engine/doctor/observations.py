"""Looks at trainings that never were, for the rules that read nothing else."""

from __future__ import annotations

from typing import Any

from engine.doctor.live.doctor import LiveDoctor
from engine.doctor.live.observation import LayerFigures, Observation, Report

HEALTHY: dict[str, Any] = {
    "epoch": 50,
    "epochs": 100,
    "steps_per_epoch": 10,
    "losses": [1 / epoch for epoch in range(1, 51)],
    "reports": [Report(epoch, 1 / epoch, 1.1 / epoch) for epoch in range(1, 51)],
    "held_out": "test",
    "accuracies": {"train": 0.9, "test": 0.85},
    "commonest": {"train": (0.5, "in", 100), "test": (0.5, "in", 50)},
    "num_sampled": 64,
}
"""Half of a training that goes well."""


def reading(index: int = 0, text: str = "Linear(4)", **changes: Any) -> LayerFigures:
    """One layer in good health, with some figures changed."""
    figures = {"units": 10, "largest": 1.0}
    if text.startswith("Linear"):
        figures |= {"gradient": 0.1, "update": 1e-3}
    return LayerFigures(address=(index,), text=text, **{**figures, **changes})


LAYERS = (
    reading(0),
    reading(1, "ReLU()", dead=1),
    reading(2),
    reading(3, "Tanh()", saturated=1),
    reading(4),
)


def observation(**changes: Any) -> Observation:
    """A look at the healthy training, with some numbers changed."""
    return Observation(**{**HEALTHY, "layers": LAYERS, **changes})


def with_layer(index: int, **changes: Any) -> Observation:
    """A look at the healthy training with one layer's figures changed."""
    layers = list(LAYERS)
    old = layers[index]
    fields = {name: getattr(old, name) for name in old.__dataclass_fields__}
    layers[index] = LayerFigures(**{**fields, **changes})
    return observation(layers=tuple(layers))


def codes(doctor: LiveDoctor) -> list[str]:
    """What stands, the most useful first."""
    return [finding.code for finding in doctor.standing]


def seen(*looks: Observation) -> list[str]:
    """What stands after these looks."""
    doctor = LiveDoctor()
    for one in looks:
        doctor.look(one)
    return codes(doctor)
