"""Formulas: what they come to, how they are spelled, and that they are PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.parts import losses, optimizers
from engine.parts.arithmetic import Value, evaluate, spelled, worked
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer


def test_a_formula_is_evaluated_for_each_of_several_numbers() -> None:
    """What is done to several numbers is done to each; a subscript picks one."""
    values: dict[str, Value] = {"outputs": (1.0, 3.0), "target": 1.0}
    assert evaluate("2 * outputs - 1", values) == (1.0, 5.0)
    assert evaluate("-outputs[target]", values) == -3.0
    assert evaluate("mean(outputs) + sum(outputs)", values) == 6.0
    assert evaluate("softmax(outputs)[0]", {"outputs": (0.0, 0.0)}) == 0.5


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("1 / x", math.inf), ("-1 / x", -math.inf), ("ln(x)", -math.inf), ("exp(x + 1000)", math.inf)],
)
def test_what_is_no_number_is_as_ieee_has_it(formula: str, expected: float) -> None:
    """Nothing raises, as nothing does in PyTorch."""
    assert evaluate(formula, {"x": 0.0}) == expected
    several: dict[str, Value] = {"x": (1.0, math.nan, math.inf, -math.inf)}
    for formula in ("sum(exp(x))", "mean(x)", "softmax(x)[0]"):
        assert math.isnan(evaluate(formula, several))  # type: ignore[arg-type]  # one
    assert math.isnan(evaluate("x / x + sqrt(-1)", {"x": 0.0}))  # type: ignore[arg-type]  # one


def test_a_formula_is_spelled_with_its_numbers() -> None:
    """Names become numbers, negative ones in brackets; functions stay."""
    values: dict[str, Value] = {"before": 0.5, "lr": 0.1, "sum": 4.0, "p": (0.25, 0.75), "y": 1.0}

    def show(value: Value) -> str:
        return f"{value:g}" if isinstance(value, float) else "several"

    assert spelled("before - lr * sqrt(sum)", values, show) == "0.5 - 0.1 * sqrt(4)"
    assert spelled("-ln(p[y])", values, show) == "-ln(0.75)"
    assert spelled("2 * before", {"before": -0.5}, show) == "2 * (-0.5)"


_SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    *((name, {}) for name in Optimizer.members() if name != "SGD"),
    *((name, {"weight_decay": 0.1}) for name in Optimizer.members() if name != "SGD"),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {"amsgrad": True}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.2}),
]


@pytest.mark.parametrize(("name", "settings"), _SETTINGS)
def test_an_optimizers_arithmetic_is_pytorchs(name: str, settings: dict[str, Any]) -> None:
    """Step after step, each line comes to what PyTorch keeps, and the last to the new weight."""
    made = Optimizer.members()[name](**settings)
    assert isinstance(made, Optimizer)
    weight = nn.Parameter(torch.tensor([0.7], dtype=torch.float64))
    stepping = made.build([weight])
    for step, gradient in enumerate([0.5, -0.3, 0.9, 0.01, 0.2, 0.4, -0.1], start=1):
        state = stepping.state.get(weight, {})
        terms = made.arithmetic(step)
        assert terms[-1].name == "after"
        kept = {
            term.name: float(state[term.state]) if term.state in state else term.start
            for term in terms
            if term.state
        }
        found = worked(
            terms, {**made.settings(step), **kept, "before": weight.item(), "gradient": gradient}
        )
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        stepping.step()
        assert found["after"] == pytest.approx(weight.item(), rel=1e-9)
        for term in terms:
            if term.state:
                expected = float(stepping.state[weight][term.state])
                assert found[term.name] == pytest.approx(expected, rel=1e-6)  # some are float32


def test_every_optimizer_has_an_arithmetic() -> None:
    """What is added later need not have one, but those there are do."""
    for made in Optimizer.members().values():
        assert isinstance(made, type(optimizers.SGD))
        assert made().arithmetic(1)


_NUMBERS = torch.tensor([[0.3, -1.2], [2.0, 0.5], [0.0, 0.1]], dtype=torch.float64)
_CLASSES = torch.tensor([1, 0, 1])
_ZERO_ONE = torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
_LOSSES: list[tuple[Loss, Tensor, Tensor, list[float] | None]] = [
    (losses.MSELoss(), _NUMBERS, _NUMBERS.flip(0), None),
    (losses.L1Loss(), _NUMBERS, _NUMBERS.flip(0), None),
    (losses.SmoothL1Loss(beta=0.5), _NUMBERS, _NUMBERS.flip(0), None),
    (losses.SmoothL1Loss(beta=0.0), _NUMBERS, _NUMBERS.flip(0), None),
    (losses.HuberLoss(delta=0.7), _NUMBERS, _NUMBERS.flip(0), None),
    (losses.BCELoss(), _NUMBERS.sigmoid(), _ZERO_ONE, None),
    (losses.BCELoss(), 1 - _ZERO_ONE, _ZERO_ONE, None),
    (losses.BCEWithLogitsLoss(), _NUMBERS, _ZERO_ONE, None),
    (losses.BCEWithLogitsLoss(), _NUMBERS, _ZERO_ONE, [3.0]),
    (losses.CrossEntropyLoss(), _NUMBERS, _CLASSES, None),
    (losses.CrossEntropyLoss(), _NUMBERS, _CLASSES, [1.0, 3.0]),
    (losses.CrossEntropyLoss(label_smoothing=0.2), _NUMBERS, _CLASSES, None),
    (losses.FocalLoss(gamma=1.5), _NUMBERS, _CLASSES, None),
    (losses.MultiMarginLoss(), _NUMBERS, _CLASSES, None),
    (losses.MultiMarginLoss(p=2, margin=0.5), _NUMBERS, _CLASSES, None),
    (losses.NLLLoss(), _NUMBERS.log_softmax(1), _CLASSES, None),
]


@pytest.mark.parametrize(("loss", "outputs", "targets", "weights"), _LOSSES)
def test_a_losss_arithmetic_is_pytorchs(
    loss: Loss, outputs: Tensor, targets: Tensor, weights: list[float] | None
) -> None:
    """For each sample the last line comes to what PyTorch's loss of that sample alone is."""
    given = None if weights is None else torch.tensor(weights, dtype=torch.float64)
    criterion = loss.build(given)
    terms = loss.arithmetic(weighted=weights is not None)
    assert terms[-1].name == "loss"
    for row in range(len(outputs)):
        values: dict[str, Value] = {**loss.settings(), "classes": 2.0}
        values["outputs"] = tuple(outputs[row].tolist())
        if weights is not None:
            values["pos_weight"] = weights[0]
        if loss.class_targets:
            values["target"] = float(targets[row])
        else:
            values["targets"] = tuple(targets[row].tolist())
        alone = criterion(outputs[row : row + 1], targets[row : row + 1])
        assert worked(terms, values)["loss"] == pytest.approx(float(alone), rel=1e-9)


def test_every_loss_has_an_arithmetic() -> None:
    """Unless it is weighted in a way that no single line tells."""
    assert all(made().arithmetic() for made in Loss.members().values())  # type: ignore[attr-defined]  # it is a loss
