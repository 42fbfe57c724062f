"""The tutorials' data: made by the tutorials' own lines, compared to the last bit."""

from __future__ import annotations

import pytest
import torch

from engine.parts.data.points import Circle, Gaussians
from engine.parts.data.tutorials import FirstNetwork, OneStep, ThreeFeatures
from tests.engine.parts.data.made import made

SEEDS = [0, 1, 7]


@pytest.mark.parametrize("seed", SEEDS)
def test_first_network_draws_as_the_tutorial(seed: int) -> None:
    """first_network() is the tutorial's randn(10, 10) with its ten fixed targets."""
    torch.manual_seed(seed)
    x = torch.randn(10, 10)
    y = torch.tensor(
        [[1.0], [0.0], [0.0], [1.0], [1.0], [1.0], [0.0], [0.0], [1.0], [1.0]],
    )
    after = torch.rand(3)
    data = made(FirstNetwork(), seed)
    assert torch.equal(data.inputs, x)
    assert torch.equal(data.targets, y.squeeze(1).long())
    assert torch.equal(torch.rand(3), after)


@pytest.mark.parametrize("seed", SEEDS)
def test_circle_draws_as_the_tutorial(seed: int) -> None:
    """circle() is the tutorial's hundred points and labels, and leaves the same generator."""
    torch.manual_seed(seed)
    data = torch.randn(100, 2)
    labels = (data[:, 0] ** 2 + data[:, 1] ** 2 < 1).float().unsqueeze(1)
    after = torch.rand(3)
    ours = made(Circle(), seed)
    assert torch.equal(ours.inputs, data)
    assert torch.equal(ours.targets, labels.squeeze(1).long())
    assert torch.equal(torch.rand(3), after)


@pytest.mark.parametrize("seed", SEEDS)
def test_gaussians_draws_as_the_tutorial(seed: int) -> None:
    """gaussians() is the tutorial's two clouds of a hundred points, first label 0, then 1."""
    torch.manual_seed(seed)
    x1_t = torch.normal(2 * torch.ones(100, 2), 1)
    y1_t = torch.zeros(100)
    x2_t = torch.normal(-2 * torch.ones(100, 2), 1)
    y2_t = torch.ones(100)
    x_t = torch.cat((x1_t, x2_t), 0)
    y_t = torch.cat((y1_t, y2_t), 0)
    after = torch.rand(3)
    ours = made(Gaussians(), seed)
    assert torch.equal(ours.inputs, x_t)
    assert torch.equal(ours.targets, y_t.long())
    assert torch.equal(torch.rand(3), after)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_step_draws_as_the_tutorial(seed: int) -> None:
    """one_step() is the tutorial's randn(1, 5) and then randn(1, 1)."""
    torch.manual_seed(seed)
    input_data = torch.randn(1, 5)
    target_output = torch.randn(1, 1)
    ours = made(OneStep(), seed)
    assert torch.equal(ours.inputs, input_data)
    assert torch.equal(ours.targets, target_output)


def test_three_features_has_the_fixed_rows() -> None:
    """three_features() holds the tutorial's ten rows and labels, whatever the seed."""
    ours = made(ThreeFeatures(), 5)
    rows = [[0.3, 0.2, 0.1], [0.4, 0.5, 0.6], [9, 8, 7], [10, 11, 102], [3, 2, 1]]
    rows += [[4, 5, 6], [9, 8, 7], [1.0, 1.1, 102], [0.3, 0.2, 0.1], [0.4, 0.5, 0.6]]
    assert torch.equal(ours.inputs, torch.tensor(rows, dtype=torch.float32))
    assert ours.targets.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert ours.targets.dtype == torch.int64
