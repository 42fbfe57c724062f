"""Losses: PyTorch's modules, and what each says about outputs that do not fit."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from engine.parts.data import Facts
from engine.parts.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    FocalLoss,
    HuberLoss,
    Loss,
    MSELoss,
    NLLLoss,
)
from engine.parts.shapes import Shape
from tests.engine.spec.strategies import components

_NAMES = [
    "MSELoss",
    "L1Loss",
    "HuberLoss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "NLLLoss",
    "SmoothL1Loss",
    "FocalLoss",
    "MultiMarginLoss",
]
_ALL = [cls() for cls in Loss.members().values() if issubclass(cls, Loss)]
_TWO = Facts((2,), "classification", 10, classes=("0", "1"))
_THREE = Facts((2,), "classification", 10, classes=("a", "b", "c"))
_NUMBER = Facts((2,), "regression", 10)
_TWO_NUMBERS = Facts((2,), "regression", 10, num_targets=2)


def test_the_family_is_complete() -> None:
    """There are the ten losses that the README promises."""
    assert sorted(Loss.members()) == sorted(_NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_defaults_are_those_of_torch(name: str) -> None:
    """A loss with nothing given is PyTorch's loss with nothing given."""
    loss = Loss.members()[name]()
    assert isinstance(loss, Loss)
    made = loss.own_module() or getattr(nn, name)
    theirs = {k: v for k, v in vars(made()).items() if not k.startswith("_")}
    assert {k: v for k, v in vars(loss.build()).items() if k in theirs} == theirs


@settings(max_examples=40, deadline=None)
@given(loss=components(Loss))
def test_code_builds_the_same_loss(loss: Loss) -> None:
    """The printed expression, evaluated, has the settings of the loss that build makes."""
    printed = eval(loss.code(), {"nn": nn, loss.name: loss.own_module()})
    assert type(printed) is type(loss.build())
    plain = {k: v for k, v in vars(printed).items() if not k.startswith("_")}
    assert {k: v for k, v in vars(loss.build()).items() if k in plain} == plain


@pytest.mark.parametrize("loss", [one for one in _ALL if one.weight_argument], ids=str)
def test_class_weights_reach_the_built_loss_and_its_code(loss: Loss) -> None:
    """Class weights are PyTorch's own argument, in the module and in the printed call."""
    weights = torch.tensor([1.0, 3.0])
    printed = eval(loss.code("w"), {"nn": nn, "w": weights, loss.name: loss.own_module()})
    for module in (loss.build(weights), printed):
        assert getattr(module, loss.weight_argument).tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("loss", "shape", "facts"),
    [
        (BCELoss(), (1,), _TWO),
        (BCELoss(), (2,), _TWO),
        (MSELoss(), (1,), _TWO),
        (CrossEntropyLoss(), (2,), _TWO),
        (NLLLoss(), (3,), _THREE),
        (BCEWithLogitsLoss(), (3,), _THREE),
        (MSELoss(), (1,), _NUMBER),
        (HuberLoss(), (2,), _TWO_NUMBERS),
    ],
)
def test_fitting_outputs_are_taken(loss: Loss, shape: Shape, facts: Facts) -> None:
    """Outputs of the size that a loss compares with the targets raise no complaint."""
    assert loss.misfit(shape, facts) == ""


@pytest.mark.parametrize(
    ("loss", "shape", "facts", "message"),
    [
        (
            CrossEntropyLoss(),
            (1,),
            _NUMBER,
            "CrossEntropyLoss() is for classes, but the data set is a regression: "
            "use MSELoss(), L1Loss() or HuberLoss()",
        ),
        (
            BCELoss(),
            (1,),
            _NUMBER,
            "BCELoss() is for classes, but the data set is a regression: "
            "use MSELoss(), L1Loss() or HuberLoss()",
        ),
        (
            MSELoss(),
            (3,),
            _NUMBER,
            "MSELoss() needs 1 output for 1 number to predict, but the last layer gives 3: "
            "end with Linear(1)",
        ),
        (
            MSELoss(),
            (1,),
            _TWO_NUMBERS,
            "MSELoss() needs 2 outputs for 2 numbers to predict, but the last layer gives 1: "
            "end with Linear(2)",
        ),
        (
            CrossEntropyLoss(),
            (4,),
            _THREE,
            "CrossEntropyLoss() needs 3 outputs for 3 classes, but the last layer gives 4: "
            "end with Linear(3)",
        ),
        (
            CrossEntropyLoss(),
            (3, 2, 2),
            _THREE,
            "CrossEntropyLoss() needs 3 outputs for 3 classes, but the last layer gives 3×2×2: "
            "end with Linear(3)",
        ),
        (
            CrossEntropyLoss(),
            (1,),
            _TWO,
            "CrossEntropyLoss() needs 2 outputs for 2 classes, but the last layer gives 1: "
            "end with Linear(2)",
        ),
        (
            BCELoss(),
            (3,),
            _TWO,
            "BCELoss() with 2 classes needs 1 output (or 2), but the last layer gives 3: "
            "end with Linear(1)",
        ),
        (
            BCELoss(),
            (1,),
            _THREE,
            "BCELoss() needs 3 outputs for 3 classes, but the last layer gives 1: "
            "end with Linear(3), and use CrossEntropyLoss()",
        ),
    ],
)
def test_a_misfit_says_what_the_loss_needs(
    loss: Loss, shape: Shape, facts: Facts, message: str
) -> None:
    """A loss of the wrong task or size names itself, both sizes and the repair."""
    assert loss.misfit(shape, facts) == message


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 3.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_focal_loss_is_its_formula(gamma: float, weighted: bool) -> None:
    """-(1 - p)^gamma log p, the mean weighted; with gamma 0 cross-entropy; finite when sure."""
    torch.manual_seed(0)
    outputs, targets = torch.randn(6, 3).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    weights = torch.tensor([0.5, 1.0, 2.5]).double() if weighted else None
    p = outputs.softmax(1)[torch.arange(6), targets]
    each = -((1 - p) ** gamma) * p.log()
    factor = torch.ones(6).double() if weights is None else weights[targets]
    loss = FocalLoss(gamma).build(weights)
    assert loss(outputs, targets).item() == pytest.approx(
        ((factor * each).sum() / factor.sum()).item()
    )
    if gamma == 0:
        plain = nn.CrossEntropyLoss(weights)(outputs, targets)
        assert loss(outputs, targets).item() == pytest.approx(plain.item())
    sure = torch.tensor([[200.0, 0.0, 0.0]], requires_grad=True)
    value = FocalLoss(gamma).build()(sure, torch.tensor([0]))
    value.backward()
    assert value.item() == 0.0
    assert sure.grad is not None
    assert bool(sure.grad.isfinite().all())


@pytest.mark.parametrize("loss", [one for one in _ALL if one.floors(3, 0.0, 1.0)], ids=str)
@pytest.mark.parametrize(("lowest", "highest"), [(0.0, 1.0), (-1.0, 1.0), (-0.5, 3.0)])
def test_a_floor_is_what_no_outputs_go_below(loss: Loss, lowest: float, highest: float) -> None:
    """The best of outputs between two values costs exactly the floor of its class."""
    ends = torch.tensor([lowest, highest])
    if loss.class_targets:
        best = [torch.tensor([[highest, lowest, lowest]]), torch.tensor([0])]
        (floor,) = loss.floors(3, lowest, highest)
        assert loss.build()(*best).item() == pytest.approx(floor, abs=1e-6)
        worse = [torch.tensor([[highest, lowest, (lowest + highest) / 2]]), torch.tensor([0])]
        assert loss.build()(*worse).item() > floor
    else:
        for target, floor in enumerate(loss.floors(1, lowest, highest)):
            costs = [loss.build()(one, torch.tensor(float(target))).item() for one in ends]
            assert min(costs) == pytest.approx(floor, abs=1e-6)
    assert loss.floors(3, -math.inf, math.inf) in ((), (0.0, 0.0))
