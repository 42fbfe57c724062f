"""Tiny experiments, trained and compared bit by bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.parts.data import DataLocations
from engine.runs.events import EpochFinished, Event
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.training.device import flush_denormals
from engine.training.trainer import Trainer

NOWHERE = DataLocations(Path("/nonexistent"))

SMALL: dict[str, Any] = {
    "data": "circle(samples=24)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 4,
    "device": "cpu",
    "threads": 1,
}
"""Two classes of points, one output, one step per epoch."""

OPTIMIZERS = (
    "SGD(lr=0.1)",
    "SGD(lr=0.1, momentum=0.9, nesterov=True)",
    "Adam(lr=0.05)",
    "Adam(lr=0.05, amsgrad=True)",
    "AdamW(lr=0.05)",
    "RMSprop(lr=0.01, momentum=0.5, centered=True)",
    "Adagrad(lr=0.1, lr_decay=0.1)",
)
"""Every optimizer, with the arguments that give it more state."""


def small(**changes: Any) -> Experiment:
    """The tiny experiment with some fields changed."""
    return from_raw({**SMALL, **changes})


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """The worker's arithmetic for a while; hypothesis can't live with it."""
    flush_denormals()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def trained(experiment: Experiment) -> tuple[Trainer, list[Event]]:
    """Train to the end."""
    with flushed_denormals():
        trainer = Trainer(experiment, NOWHERE)
        return trainer, list(trainer.events())


def reported(events: list[Event]) -> list[EpochFinished]:
    """The reported epochs among the events."""
    return [event for event in events if isinstance(event, EpochFinished)]


def bits(tensors: Mapping[str, Tensor]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Type, shape and bytes of tensors by name: equal only if every bit is, NaN included."""
    return {
        name: (str(t.dtype), tuple(t.shape), t.detach().cpu().contiguous().numpy().tobytes())
        for name, t in tensors.items()
    }


def weights(trainer: Trainer) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """The bits of a trainer's weights and buffers."""
    return bits(trainer.model.state_dict())
