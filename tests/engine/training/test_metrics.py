"""Metrics against values worked out by hand and against scikit-learn."""

from __future__ import annotations

import math
from itertools import chain

import pytest
import torch
from sklearn.metrics import (
    confusion_matrix as sk_confusion,
)
from sklearn.metrics import (
    mean_absolute_error,
    mean_squared_error,
    precision_recall_fscore_support,
    r2_score,
)
from torch import Tensor, nn

from engine.parts.data import Facts
from engine.parts.layers.dense import Linear
from engine.parts.losses import CrossEntropyLoss, MSELoss
from engine.parts.metrics import METRICS
from engine.runs.events import Evaluated
from engine.spec.validator import JUDGED_TOGETHER
from engine.training.inputs import InputMap
from engine.training.metrics import (
    Evaluator,
    class_scores,
    confusion_matrix,
)
from engine.training.outputs import OutputDecoder
from engine.training.splits import Split

_CLASSES = ("a", "b", "c")


def _errors(outputs: Tensor, targets: Tensor) -> dict[str, float | None]:
    return {name: METRICS[name].function()(outputs, targets) for name in ("mae", "rmse", "r2")}


def test_confusion_and_scores_by_hand() -> None:
    """Rows are actual, columns predicted; what nobody predicted or nobody is has no score."""
    actual, predicted = torch.tensor([0, 0, 0, 1]), torch.tensor([0, 0, 1, 0])
    matrix = confusion_matrix(actual, predicted, 3)
    assert matrix == [[2, 1, 0], [1, 0, 0], [0, 0, 0]]
    a, b, c = class_scores(matrix, _CLASSES)
    assert (a.precision, a.recall, a.f1, a.support) == (2 / 3, 2 / 3, 2 / 3, 3)
    assert (b.precision, b.recall, b.f1, b.support) == (0.0, 0.0, 0.0, 1)
    assert (c.precision, c.recall, c.f1, c.support) == (None, None, None, 0)


def test_a_class_that_is_there_but_never_predicted_has_recall_zero() -> None:
    """Precision is undefined then, F1 is 0."""
    (_, b) = class_scores([[2, 0], [1, 0]], ("a", "b"))
    assert (b.precision, b.recall, b.f1) == (None, 0.0, 0.0)


def test_scores_are_scikit_learns() -> None:
    """Precision, recall, F1 and support of random predictions agree."""
    generator = torch.Generator().manual_seed(0)
    actual = torch.randint(3, (50,), generator=generator)
    predicted = torch.randint(3, (50,), generator=generator)
    matrix = confusion_matrix(actual, predicted, 3)
    assert matrix == sk_confusion(actual, predicted).tolist()
    theirs = precision_recall_fscore_support(actual, predicted)
    ours = [(s.precision, s.recall, s.f1, s.support) for s in class_scores(matrix, _CLASSES)]
    assert list(chain(*zip(*ours, strict=True))) == pytest.approx(list(chain(*theirs)))


def test_regression_metrics_by_hand() -> None:
    """Errors 1, 0, -2 over targets 0, 2, 4: mae 1, rmse √(5/3), r² = 1 - (5/3)/(8/3)."""
    found = _errors(torch.tensor([[1.0], [2.0], [2.0]]), torch.tensor([[0.0], [2.0], [4.0]]))
    assert found["mae"] == 1.0
    assert found["rmse"] == math.sqrt(5 / 3)
    assert found["r2"] == pytest.approx(1 - 5 / 8)


@pytest.mark.parametrize("columns", [1, 2])
def test_regression_metrics_are_scikit_learns(columns: int) -> None:
    """With several targets r² weighs each by its variance."""
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(40, columns, generator=generator)
    targets = torch.randn(40, columns, generator=generator) * torch.tensor([1.0, 5.0][:columns])
    found = _errors(outputs, targets)
    y, x = targets.double().numpy(), outputs.double().numpy()
    assert found["mae"] == pytest.approx(mean_absolute_error(y, x))
    assert found["rmse"] == pytest.approx(math.sqrt(mean_squared_error(y, x)))
    assert found["r2"] == pytest.approx(r2_score(y, x, multioutput="variance_weighted"))


@pytest.mark.parametrize("count", [1, 2, 7, 33, 1000])
def test_r2_is_undefined_for_targets_that_never_change(count: int) -> None:
    """One sample, or many alike, have no variance to explain."""
    assert _errors(torch.zeros(count, 1), torch.full((count, 1), 0.1))["r2"] is None


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_non_finite_outputs_give_non_finite_errors(bad: float) -> None:
    """They are numbers still, which JSON shows as null."""
    found = _errors(torch.tensor([[bad], [1.0]]), torch.tensor([[0.0], [1.0]]))
    assert all(value is not None and not math.isfinite(value) for value in found.values())


def _evaluated(evaluator: Evaluator, part: Split) -> Evaluated:
    return evaluator.evaluated("test", evaluator.scored(part))


def _evaluator(model: nn.Module) -> Evaluator:
    facts = Facts((2,), "classification", 4, _CLASSES)
    loss = CrossEntropyLoss()
    return Evaluator(
        model, loss.build(), OutputDecoder(loss, (Linear(3),), facts), facts, InputMap()
    )


def test_an_evaluation_holds_metrics_scores_and_confusion() -> None:
    """A network that copies its inputs as logits: accuracy 2 of 4, the loss by hand."""
    model = nn.Linear(2, 3, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
    inputs = torch.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0], [0.0, 2.0]])
    found = _evaluated(_evaluator(model), Split(inputs, torch.tensor([0, 1, 1, 2])))
    right = math.log(math.exp(2) + 2) - 2
    assert (found.split, found.samples) == ("test", 4)
    assert found.metrics["accuracy"] == 0.5
    assert found.metrics["loss"] == pytest.approx((4 * right + 4) / 4, rel=1e-6)
    assert found.confusion == [[1, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert [score.name for score in found.classes] == list(_CLASSES)


def test_evaluation_is_in_eval_mode_and_leaves_the_mode() -> None:
    """Dropout is off for the outputs and on again afterwards."""
    model = nn.Sequential(nn.Dropout(0.9), nn.Linear(2, 3))
    model.train()
    evaluator, inputs = _evaluator(model), torch.ones(8, 2)
    outputs = evaluator.outputs(inputs)
    assert torch.equal(outputs, model[1](inputs))
    assert model.training
    assert not outputs.requires_grad


def test_many_samples_are_evaluated_in_parts() -> None:
    """More rows than one forward pass takes give one output each, in order."""
    model = nn.Linear(2, 3)
    inputs = torch.arange(2 * (JUDGED_TOGETHER + 3), dtype=torch.float32).view(-1, 2)
    outputs = _evaluator(model).outputs(inputs)
    assert outputs.shape == (JUDGED_TOGETHER + 3, 3)
    # Numbers up to 2,000: the parts are summed in another order, so the last bits differ.
    torch.testing.assert_close(outputs, model(inputs).detach(), rtol=1e-4, atol=1e-3)


def test_a_regression_has_errors_and_no_classes() -> None:
    """Loss, mae, rmse and r2; neither scores nor confusion."""
    facts = Facts((1,), "regression", 2)
    loss = MSELoss()
    decoder = OutputDecoder(loss, (Linear(1),), facts)
    evaluator = Evaluator(nn.Identity(), loss.build(), decoder, facts, InputMap())
    part = Split(torch.tensor([[1.0], [4.0]]), torch.tensor([[1.0], [2.0]]))
    found = _evaluated(evaluator, part)
    expected = {"loss": 2.0, "mae": 1.0, "rmse": math.sqrt(2), "r2": -7.0}
    assert {name: found.metrics[name] for name in expected} == expected
    assert "accuracy" not in found.metrics
    assert (found.classes, found.confusion) == ([], [])
