"""The tutorials' presets against the tutorials' own loops, written here as plain PyTorch."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor, nn

from engine.parts.data import DataLocations
from engine.runs.events import EpochFinished
from engine.spec.experiment import Measured
from engine.training.answers import predictions
from engine.training.trainer import Trainer
from tests.presets.measure import DATA_DIR, final_metrics, preset, trained


def tutorial_losses(
    model: nn.Module, x: Tensor, y: Tensor, criterion: nn.Module, lr: float, epochs: int
) -> list[float]:
    """The loop that all these tutorials share: the loss before each of its steps."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = criterion(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def first_network() -> list[float]:
    x = torch.randn(10, 10)
    y = torch.tensor([[1.0], [0.0], [0.0], [1.0], [1.0], [1.0], [0.0], [0.0], [1.0], [1.0]])
    model = nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 1), nn.Sigmoid())
    return tutorial_losses(model, x, y, nn.MSELoss(), 0.01, 50)


def circle() -> list[float]:
    x = torch.randn(100, 2)
    y = (x[:, 0] ** 2 + x[:, 1] ** 2 < 1).float().unsqueeze(1)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
    return tutorial_losses(model, x, y, nn.BCELoss(), 0.1, 100)


def two_gaussians() -> list[float]:
    x1 = torch.normal(2 * torch.ones(100, 2), 1)
    x2 = torch.normal(-2 * torch.ones(100, 2), 1)
    x = torch.cat((x1, x2), 0)
    y = torch.cat((torch.zeros(100), torch.ones(100)), 0).long()
    model = nn.Sequential(
        nn.Linear(2, 5),
        nn.Sigmoid(),
        nn.Linear(5, 5),
        nn.Sigmoid(),
        nn.Linear(5, 2),
        nn.Softmax(dim=1),
    )
    return tutorial_losses(model, x, y, nn.CrossEntropyLoss(), 0.01, 50)


def three_features() -> list[float]:
    rows = [
        [0.3, 0.2, 0.1],
        [0.4, 0.5, 0.6],
        [9, 8, 7],
        [10, 11, 102],
        [3, 2, 1],
        [4, 5, 6],
        [9, 8, 7],
        [1.0, 1.1, 102],
        [0.3, 0.2, 0.1],
        [0.4, 0.5, 0.6],
    ]
    x = torch.tensor(rows, dtype=torch.float32)
    y = torch.tensor([0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    return tutorial_losses(nn.Linear(3, 2), x, y, nn.CrossEntropyLoss(), 0.01, 1000)


LOOPS = {
    "first-network": first_network,
    "circle": circle,
    "two-gaussians": two_gaussians,
    "three-features": three_features,
}


def preset_losses(name: str, epochs: int) -> list[float | None]:
    """The losses of the preset's first epochs, each one reported."""
    experiment = dataclasses.replace(preset(name), seed=0, report_every=1, device="cpu")
    trainer = Trainer(experiment, DataLocations(DATA_DIR))
    losses = []
    for _ in range(epochs):
        (event,) = trainer.step()
        assert isinstance(event, EpochFinished)
        losses.append(event.train_loss)
    return losses


@pytest.mark.parametrize("name", LOOPS)
def test_losses_are_the_tutorials_own(name: str) -> None:
    """Every epoch's loss equals the tutorial's to the last digit."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    expected = LOOPS[name]()
    assert preset_losses(name, len(expected)) == expected


PUBLISHED: dict[str, tuple[int, Measured]] = {
    "first-network": (4, {"train_loss": (0.235, 0.266), "train_accuracy": (0.5, 0.6)}),
    "circle": (4, {"train_loss": (0.552, 0.608), "train_accuracy": (0.57, 0.84)}),
    "two-gaussians": (2, {"train_loss": (0.332, 0.332), "train_accuracy": (0.995, 1.0)}),
    "one-step": (4, {"train_loss": (0.03, 1.96)}),
    "three-features": (4, {"train_loss": (0.236, 0.242), "train_accuracy": (1.0, 1.0)}),
}
"""Seeds and figures measured with the tutorials' own programs, rounded to their last digit."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_final_figures_are_the_tutorials_own(name: str) -> None:
    """Over the seeds, lowest and highest final figure equal those of the tutorial's program."""
    num_seeds, expected = PUBLISHED[name]
    runs = [final_metrics(name, seed) for seed in range(num_seeds)]
    for metric, (low, high) in expected.items():
        values = [value for run in runs if (value := run[metric]) is not None]
        assert len(values) == num_seeds
        digits = 2 if name == "one-step" else 3
        assert (round(min(values), digits), round(max(values), digits)) == (low, high)


@pytest.mark.parametrize("name", ["three-features", "three-features-repaired"])
def test_new_sample_is_class_1(name: str) -> None:
    """The row (0.5, 5, 500) is class 1, with a probability of nearly one."""
    trainer = trained(preset(name))
    given = [list(sample) for sample in trainer.experiment.predict]
    assert given == [[0.5, 5.0, 500.0]]
    (found,) = predictions(trainer.evaluator, trainer.splits.input_map, given, given)
    assert found.predicted == "1"
    assert found.probabilities[1] is not None
    assert found.probabilities[1] > 0.995
