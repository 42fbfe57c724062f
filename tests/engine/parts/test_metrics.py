"""A metric is declared once; this names whatever a new one forgot."""

from __future__ import annotations

import inspect
import math

import pytest
import torch
from sklearn.metrics import (
    balanced_accuracy_score,
    brier_score_loss,
    roc_auc_score,
    top_k_accuracy_score,
)

from engine.parts.metrics import HEADLINES, METRICS, declared, metrics_of, score

ACTUAL = torch.tensor([0, 0, 0, 1])
PREDICTED = torch.tensor([0, 0, 1, 1])
SHARES = torch.tensor([[0.75, 0.25], [0.75, 0.25], [0.25, 0.75], [0.5, 0.5]])
NUMBERS, TARGETS = torch.tensor([[1.0], [2.0], [2.0]]), torch.tensor([[0.0], [2.0], [4.0]])
TEN = torch.eye(10)[torch.tensor([0, 1, 2])] - torch.arange(10) / 100
"""Ten outputs a sample: the largest first, the others from the first class down."""
GIVEN = {
    "predicted": PREDICTED,
    "actual": ACTUAL,
    "probabilities": SHARES,
    "numbers": NUMBERS,
    "targets": TARGETS,
    "points": torch.tensor([[0.0, 0.0], [0.0, 4.0]]),
    "made": torch.tensor([[3.0, 0.0], [3.0, 4.0]]),
    "means": torch.tensor([[1.0, 0.0], [0.0, 3.0]]),
    "logs": torch.zeros(2, 2),
    "loss": 7.0,
    "beta": 2.0,
    "taken_points": torch.tensor([True, True, True, False]),
    "taken_made": torch.tensor([True, False, False, False]),
    "loss_of_points": torch.tensor(0.25),
    "loss_of_made": torch.tensor(0.5),
}

VALUES: dict[str, float] = {
    "accuracy": 3 / 4,
    "balanced_accuracy": (2 / 3 + 1) / 2,
    "top_5_accuracy": 2 / 3,  # classes 0 and 4 are among the first five, 9 is not
    "roc_auc": 2 / 3,  # of three pairs with the one sample of class 1, two are in order
    "brier_score": (1 / 16 + 1 / 16 + 9 / 16 + 1 / 4) / 4,
    "mae": 1.0,
    "rmse": math.sqrt(5 / 3),
    "perplexity": (3 / 4 * 3 / 4 * 1 / 4 * 1 / 2) ** (-1 / 4),
    "bits_per_token": -math.log2(3 / 4 * 3 / 4 * 1 / 4 * 1 / 2) / 4,
    "r2": 1 - 5 / 8,
    "energy_distance": 2 * (3 + 5) / 2 - 4 / 2 - 4 / 2,  # 3 and 5 apart, 0 and 4 among their own
    "reconstruction": 7.0 - 2 * 2.5,
    "divergence": (1 / 2 + 9 / 2) / 2,  # half of the squared means, since variances are 1
    "coverage": 1.0,  # each point has a made one 3 away, and its neighbor 4 away
    "told_apart": (3 / 4 + 3 / 4) / 2,
    "discriminator_loss": 0.25 + 0.5,
    "psnr": -10 * math.log10(5 / 3),
}
"""What each metric is of the samples above, worked out by hand."""


def test_every_metric_has_a_value_here() -> None:
    """One whose value nobody worked out may compute anything; the loss is the criterion's."""
    assert list(METRICS) == ["loss", *VALUES]


@pytest.mark.parametrize("name", VALUES)
def test_metrics_by_hand(name: str) -> None:
    """Each formula gives what pencil and paper give."""
    given = {**GIVEN, "outputs": TEN}
    if name == "top_5_accuracy":
        given["actual"] = torch.tensor([0, 4, 9])
    metric = METRICS[name]
    found = metric.function()(*(given[argument] for argument in metric.arguments()))
    assert found == pytest.approx(VALUES[name], rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_a_declaration_is_whole(name: str) -> None:
    """It can be found by its name, says what it is, and says of what it may be computed."""
    metric = METRICS[name]
    assert metric.name == name == name.lower()
    assert metric.what == metric.what.strip().rstrip(".") != ""
    assert metric.tasks
    assert declared(f"validation_{name}") == ("validation", metric)
    assert set(metric.arguments()) <= {*GIVEN, "outputs"}
    if metric.formula:
        assert inspect.getdoc(metric.function())
    for task in metric.tasks:
        asked = metric.objectives[0] if metric.objectives else ""
        fitting = metrics_of(task, 1000, asked, pictures=metric.of_pictures)
        weights = {one.name: one.weight for one in fitting}
        same = [other for other in weights if other != name and weights[other] == metric.weight]
        assert not same, f"{name} has the weight of {same}: two columns can't give way at once"
        assert 0 in weights.values()


def test_each_task_has_a_headline() -> None:
    """Where there is room for one metric only there is one to show."""
    assert {task for metric in HEADLINES for task in metric.tasks} == {
        "classification",
        "regression",
        "generation",
        "reconstruction",
    }
    assert score({"train_r2": 0.5, "test_r2": 0.25}, "r2") == 0.25
    assert score({"train_r2": 0.5}, "r2") == 0.5
    assert score({"train_loss": 0.5}, "r2") is None


def test_names_of_no_metric_are_none() -> None:
    """Other programs' keys, and those of versions to come, are no metrics of ours."""
    assert declared("train_loss") == ("train", METRICS["loss"])
    for name in ("learning_rate", "test_unheard", "loss", "trial_loss"):
        assert declared(name) is None


def test_few_classes_have_no_top_five() -> None:
    """Of nine classes five are more than half."""
    nine, ten = ([one.name for one in metrics_of("classification", number)] for number in (9, 10))
    assert set(ten) - set(nine) == {"top_5_accuracy"}
    regression = {one.name for one in metrics_of("regression", 0)}
    assert regression & set(ten) == {"loss"}
    of_texts = {one.name for one in metrics_of("classification", 10, "next_token")} - set(ten)
    assert of_texts == {"perplexity", "bits_per_token"}
    of_pictures = {one.name for one in metrics_of("regression", 0, pictures=True)} - regression
    assert of_pictures == {"psnr"}
    made = {one.name for one in metrics_of("generation", 0)}
    assert made & set(ten) == {"loss"}
    back = {one.name for one in metrics_of("reconstruction", 0)}
    assert back - regression == set()
    placed = {one.name for one in metrics_of("reconstruction", 0, "variational")} - back
    assert placed == {"reconstruction", "divergence"}
    of_two = {one.name for one in metrics_of("generation", 0, "adversarial")} - made
    assert of_two == {"coverage", "told_apart", "discriminator_loss"}
    assert regression | set(ten) | of_texts | of_pictures | made | placed | of_two == set(METRICS)


def test_a_direction_tells_the_better_of_two() -> None:
    """Higher accuracies and lower losses win; what is not finite never does."""
    accuracy, loss = METRICS["accuracy"], METRICS["loss"]
    assert accuracy.is_better(0.9, 0.8)
    assert not accuracy.is_better(0.8, 0.8)
    assert loss.is_better(0.1, 0.2)
    assert not loss.is_better(0.2, 0.1)
    for metric in (accuracy, loss):
        assert metric.is_better(0.5, metric.worst)
        assert metric.is_better(0.5, None)
        assert metric.is_better(0.5, math.nan)
        assert not metric.is_better(None, None)
        assert not metric.is_better(math.nan, None)


@pytest.mark.parametrize("num_classes", [2, 3, 12])
def test_metrics_are_scikit_learns(num_classes: int) -> None:
    """Random predictions are judged as there; for several classes each against the others."""
    generator = torch.Generator().manual_seed(num_classes)
    actual = torch.randint(num_classes, (200,), generator=generator)
    outputs = torch.randn(200, num_classes, generator=generator)
    shares = outputs.double().softmax(1)
    predicted = outputs.argmax(1)

    def ours(name: str) -> float | None:
        given = {
            "outputs": outputs,
            "actual": actual,
            "predicted": predicted,
            "probabilities": shares,
        }
        metric = METRICS[name]
        return metric.function()(*(given[argument] for argument in metric.arguments()))

    y, p = actual.numpy(), shares.numpy()
    assert ours("balanced_accuracy") == pytest.approx(balanced_accuracy_score(y, predicted))
    theirs = roc_auc_score(y, p[:, 1] if num_classes == 2 else p, multi_class="ovr")
    assert ours("roc_auc") == pytest.approx(theirs)
    if num_classes == 2:
        assert ours("brier_score") == pytest.approx(brier_score_loss(y, p[:, 1]))
    else:
        truth = torch.nn.functional.one_hot(actual, num_classes)
        assert ours("brier_score") == pytest.approx((shares - truth).square().sum(1).mean().item())
    if num_classes >= 10:
        assert ours("top_5_accuracy") == pytest.approx(top_k_accuracy_score(y, p, k=5))


def test_a_class_without_samples_is_left_out() -> None:
    """Balanced accuracy and ROC AUC are means over the classes that are there."""
    actual, predicted = torch.tensor([0, 0, 2]), torch.tensor([0, 1, 2])
    assert METRICS["balanced_accuracy"].function()(predicted, actual) == 0.75
    shares = torch.tensor([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    assert METRICS["roc_auc"].function()(shares, actual) == 1.0


def test_what_is_undefined_is_none() -> None:
    """One class alone has no curve, and outputs that are not finite have neither score."""
    roc_auc, brier = METRICS["roc_auc"].function(), METRICS["brier_score"].function()
    assert roc_auc(SHARES, torch.zeros(4, dtype=torch.int64)) is None
    bad = SHARES.clone()
    bad[0, 0] = math.nan
    assert (roc_auc(bad, ACTUAL), brier(bad, ACTUAL)) == (None, None)
    assert METRICS["r2"].function()(NUMBERS, torch.ones(3, 1)) is None
