"""Every part of the catalogue trains in a stack as it does alone, or says why it can't."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.parts.layers import Layer
from engine.parts.layers.convolution import Conv1d, Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.normalization import BatchNorm1d
from engine.parts.losses import CrossEntropyLoss, Loss
from engine.parts.optimizers import SGD, Adam, Optimizer
from engine.parts.shapes import Shape
from engine.spec.experiment import Experiment
from engine.spec.stackable import why_alone
from engine.training.stacked.errors import Unstackable
from engine.training.traced.errors import Untraceable
from engine.training.traced.update import update_of
from tests.engine.training.stacked.together import assert_as_alone, of_shape, stacked
from tests.engine.training.test_traced_bits import (
    IMAGE_LAYERS,
    LAYERS,
    LOSSES,
    OPTIMIZERS,
    OTHER_LOSSES,
    SEQUENCE_LAYERS,
    others,
)
from tests.engine.training.tiny import small

NETWORKS: tuple[tuple[Shape, tuple[Layer, ...]], ...] = (
    *(((4,), (Linear(5), layer, Linear(3))) for layer in LAYERS),
    *(
        ((2, 6, 6), (Conv2d(2, 3, padding=1), layer, Flatten(), Linear(3)))
        for layer in IMAGE_LAYERS
    ),
    *(
        ((2, 6), (Conv1d(2, 3, padding=1), layer, Flatten(), Linear(3)))
        for layer in SEQUENCE_LAYERS
    ),
)


def _name(part: object) -> str:
    """That of a network: the layer that is tried."""
    if isinstance(part, tuple) and isinstance(part[0], Layer):
        return str(part[1])
    return ""


def _pair(**changes: Any) -> list[Experiment]:
    """Two seeds, for two steps over all samples."""
    base = small(epochs=2, optimizer="SGD(lr=0.1)")
    changes = {"loss": CrossEntropyLoss(), **changes}
    return [base.with_values(seed=seed, **changes) for seed in (0, 1)]


def _trains(experiments: list[Experiment], shape: Shape, task: str = "classes") -> None:
    """As alone, unless it is declared that it can't be."""
    draw = of_shape(shape, task)
    if reason := why_alone(experiments[0]):
        with pytest.raises(Unstackable) as error:
            stacked(experiments, draw)
        assert str(error.value) == reason
    else:
        assert_as_alone(experiments, draw)


@pytest.mark.parametrize(("shape", "layers"), NETWORKS, ids=_name)
def test_layers(shape: Shape, layers: tuple[Layer, ...]) -> None:
    """A layer between two that learn, over rows, images and sequences."""
    _trains(_pair(layers=layers), shape)


@pytest.mark.parametrize(("loss", "last"), [*LOSSES, *OTHER_LOSSES], ids=str)
def test_losses(loss: Loss, last: tuple[Layer, ...]) -> None:
    """A loss, with the weights of classes where it takes them."""
    task = "classes" if loss.class_targets else "yes-no"
    task = "numbers" if loss.outputs == "value" else task
    layers = (Linear(5), Linear(3 if task == "classes" else 1), *last)
    _trains(_pair(layers=layers, loss=loss), (4,), task)
    if loss.weight_argument and task != "numbers":
        _trains(_pair(layers=layers, loss=loss, class_weights="balanced"), (4,), task)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *others(Optimizer, OPTIMIZERS)], ids=str)
def test_optimizers(optimizer: Optimizer) -> None:
    """An optimizer; rates and other numbers of its own for each."""
    first, second = _pair(layers=(Linear(5), Linear(3)), optimizer=optimizer)
    values = {
        name: tuple(0.9 * one for one in value) if isinstance(value, tuple) else 0.5 * value
        for name, value in optimizer.values().items()
        if not isinstance(value, bool)
    }
    _trains([first, second.with_values(optimizer=optimizer.with_values(**values))], (4,))


def test_no_optimizer_claims_a_form_that_it_has_not() -> None:
    """Those that claim a stacked form are those whose steps are traced."""
    for optimizer in (*OPTIMIZERS, *others(Optimizer, OPTIMIZERS)):
        try:
            update_of(optimizer.build([nn.Parameter(torch.zeros(1))]))
            is_traced = True
        except Untraceable:
            is_traced = False
        assert optimizer.is_stackable == is_traced


def test_a_bias_that_a_normalization_takes_away_is_left_to_single_trainings() -> None:
    """With Adam rounding alone would move it; SGD hardly does."""
    layers = (Linear(5), BatchNorm1d(), Linear(3))
    assert "BatchNorm1d takes away" in why_alone(_pair(layers=layers, optimizer=Adam())[0])
    assert not why_alone(_pair(layers=layers, optimizer=SGD())[0])
