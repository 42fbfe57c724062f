"""Reading classes and probabilities off a network's outputs, for every loss."""

from __future__ import annotations

import math

import pytest
import torch

from engine.parts.data import Facts
from engine.parts.layers import Layer
from engine.parts.layers.activation import LogSoftmax, Sigmoid, Softmax
from engine.parts.layers.dense import Linear
from engine.parts.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    Loss,
    MSELoss,
    NLLLoss,
)
from engine.training.outputs import OutputDecoder, loss_targets

_TWO = Facts((2,), "classification", 4, ("no", "yes"))
_THREE = Facts((2,), "classification", 4, ("a", "b", "c"))
_NUMBERS = Facts((2,), "regression", 4)
_HALVES = [0.5, 0.25, 0.25]
_LOGITS = [math.log(2), 0.0, 0.0]
_LOGS = [math.log(0.5), math.log(0.25), math.log(0.25)]


@pytest.mark.parametrize(
    ("loss", "output", "probability"),
    [
        (BCEWithLogitsLoss(), math.log(3), 0.75),
        (BCEWithLogitsLoss(), -math.log(3), 0.25),
        (BCELoss(), 0.75, 0.75),
        (BCELoss(), 0.25, 0.25),
        (MSELoss(), 0.75, 0.75),
        (MSELoss(), 1.5, 1.0),
        (L1Loss(), -0.5, 0.0),
        (HuberLoss(), 0.25, 0.25),
    ],
)
def test_one_output_is_the_second_class(loss: Loss, output: float, probability: float) -> None:
    """Its probability is the output as the loss understands it; above one half it is chosen."""
    layers: tuple[Layer, ...] = (Linear(1), Sigmoid()) if loss.name == "BCELoss" else (Linear(1),)
    decoder = OutputDecoder(loss, layers, _TWO)
    outputs = torch.tensor([[output]])
    assert decoder.probabilities(outputs)[0].tolist() == pytest.approx(
        [1 - probability, probability]
    )
    assert decoder.predicted_classes(outputs).tolist() == [int(probability > 0.5)]


def test_one_half_is_the_first_class() -> None:
    """The limit itself, and a logit of 0, belong to the first class."""
    assert OutputDecoder(BCELoss(), (Sigmoid(),), _TWO).predicted_classes(
        torch.tensor([[0.5]])
    ).tolist() == [0]
    assert OutputDecoder(BCEWithLogitsLoss(), (Linear(1),), _TWO).predicted_classes(
        torch.tensor([[0.0]])
    ).tolist() == [0]


@pytest.mark.parametrize(
    ("loss", "last", "outputs", "probabilities"),
    [
        (CrossEntropyLoss(), Linear(3), _LOGITS, _HALVES),
        (CrossEntropyLoss(), Softmax(), _HALVES, _HALVES),
        (CrossEntropyLoss(), LogSoftmax(), _LOGS, _HALVES),
        (NLLLoss(), LogSoftmax(), _LOGS, _HALVES),
        (NLLLoss(), Linear(3), _LOGS, _HALVES),
        (NLLLoss(), Softmax(), _HALVES, _HALVES),
        (BCEWithLogitsLoss(), Linear(3), [math.log(3), 0.0, -math.log(3)], [0.75, 0.5, 0.25]),
        (BCELoss(), Sigmoid(), _HALVES, _HALVES),
        (BCELoss(), Softmax(), _HALVES, _HALVES),
        (MSELoss(), Softmax(), _HALVES, _HALVES),
        (MSELoss(), LogSoftmax(), _LOGS, _HALVES),
        (MSELoss(), Linear(3), [1.5, 0.5, -0.5], [1.0, 0.5, 0.0]),
        (L1Loss(), Linear(3), [0.6, 0.4, 0.1], [0.6, 0.4, 0.1]),
        (HuberLoss(), Linear(3), [0.6, 0.4, 0.1], [0.6, 0.4, 0.1]),
    ],
)
def test_several_outputs_are_one_per_class(
    loss: Loss, last: Layer, outputs: list[float], probabilities: list[float]
) -> None:
    """The largest is chosen; Softmax and LogSoftmax at the end are never applied again."""
    decoder = OutputDecoder(loss, (Linear(3), last), _THREE)
    found = torch.tensor([outputs])
    assert decoder.probabilities(found)[0].tolist() == pytest.approx(probabilities)
    assert decoder.predicted_classes(found).tolist() == [0]


def test_targets_take_the_form_of_the_loss() -> None:
    """Class indices stay for losses over classes; else one column of 0/1, or one per class."""
    classes = torch.tensor([0, 1])
    assert loss_targets(CrossEntropyLoss(), _TWO, classes, 2) is classes
    assert loss_targets(NLLLoss(), _TWO, classes, 2) is classes
    assert loss_targets(BCELoss(), _TWO, classes, 1).tolist() == [[0.0], [1.0]]
    assert loss_targets(MSELoss(), _TWO, classes, 2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    numbers = torch.tensor([[0.5], [2.0]])
    assert loss_targets(MSELoss(), _NUMBERS, numbers, 1) is numbers
