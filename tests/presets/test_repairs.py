"""What the repaired presets promise beyond their own seed."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from engine.parts.data import Places
from engine.paths import data_dir
from engine.training.trainer import Trainer
from tests.presets.measure import final_metrics, preset, trained


@pytest.mark.parametrize("seed", range(10))
def test_repaired_circle_is_right_on_fresh_points(seed: int) -> None:
    """Of 2,000 points never seen, at least 95 percent are on the right side, for each seed."""
    trainer = trained(preset("circle-repaired"), seed)
    points = torch.randn(2000, 2, generator=torch.Generator().manual_seed(1000 + seed))
    inside = (points.square().sum(dim=1) < 1).long()
    outputs = trainer.judge.outputs(trainer.splits.input_map.stored(points))
    right = trainer.judge.reading.predicted_classes(outputs) == inside
    assert right.double().mean().item() >= 0.95


def changed_by_its_step(name: str, seed: int) -> bool:
    """Whether the single step of a preset changes any parameter."""
    experiment = dataclasses.replace(preset(name), seed=seed, device="cpu")
    trainer = Trainer(experiment, Places(data_dir()))
    before = [parameter.detach().clone() for parameter in trainer.model.parameters()]
    trainer.step()
    after = trainer.model.parameters()
    return not all(map(torch.equal, before, after))


def test_repaired_step_always_changes_the_network() -> None:
    """Without the last ReLU no seed of a hundred has a dead output; with it about half have."""
    assert all(changed_by_its_step("one-step-repaired", seed) for seed in range(100))
    assert 35 <= sum(changed_by_its_step("one-step", seed) for seed in range(100)) <= 65


def test_repaired_step_makes_the_error_smaller() -> None:
    """For each of 20 seeds the squared error after the step is below the loss before it."""
    for seed in range(20):
        metrics = final_metrics("one-step-repaired", seed)
        before, after = metrics["train_loss"], metrics["train_rmse"]
        assert before is not None
        assert after is not None
        assert after**2 < before


def test_repaired_gaussians_pass_the_floor_of_the_double_softmax() -> None:
    """The loss falls under 0.313, which two softmaxes in a row cannot."""
    loss = final_metrics("two-gaussians-repaired")["train_loss"]
    assert loss is not None
    assert loss < 0.313
