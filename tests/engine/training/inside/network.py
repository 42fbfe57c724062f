"""Tiny networks that are looked into."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.runs.inside import Inside, Look
from engine.runs.tile import Tile
from engine.training.inside import look_inside
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small

PICTURES: dict[str, Any] = {
    "data": "digits()",
    "layers": [
        "Conv2d(3, 3, padding=1)",
        "ReLU()",
        "MaxPool2d(2)",
        "Flatten()",
        "Linear(5)",
        "Tanh()",
        "Linear(10)",
    ],
    "loss": "CrossEntropyLoss()",
    "test_fraction": 0.1,
    "batch_size": 64,
}
"""A convolution, a map that is laid out flat, and two dense layers."""


def trainer_of(**changes: Any) -> Trainer:
    """A trainer before its first step."""
    return Trainer(small(**changes), NOWHERE)


def weight(trainer: Trainer, name: str) -> Tensor:
    """A parameter of its network, to be looked at."""
    return trainer.model.get_parameter(name).detach()


def upto(trainer: Trainer, count: int, inputs: Tensor) -> Tensor:
    """What its first layers make of network inputs."""
    with torch.no_grad():
        for layer in [*trainer.model.children()][:count]:
            inputs = layer(inputs)
    return inputs


def seen(trainer: Trainer, look: Look | None = None) -> Inside:
    """What is to be seen inside of its network."""
    layers = trainer.experiment.layers
    return look_inside(trainer.evaluator, layers, trainer.splits, look or Look())


def levels(values: Tensor) -> bytes:
    """The cells of a tile of these values around zero, as the contract says."""
    share = values.flatten() / values.abs().max()
    return bytes((share * 6).round().add(6).to(torch.uint8).tolist())


def cells(tile: Tile | None) -> bytes:
    """The cells of a tile that must be there."""
    assert tile is not None
    return tile.cells
