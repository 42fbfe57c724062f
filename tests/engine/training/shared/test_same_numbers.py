"""Several processes come to the numbers of one, within what float32 sums differ by."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.training.executor import Executor
from tests.engine.training.shared.crews import crew_of
from tests.engine.training.tiny import reported, small, trained, weights

CASES: dict[str, dict[str, Any]] = {
    "whole": {},
    "last batch short": {"batch_size": 7},
    "a part empty": {"batch_size": 23},
    "momentum and schedule": {
        "batch_size": 8,
        "optimizer": "SGD(lr=0.1, momentum=0.9, nesterov=True)",
        "schedule": "OneCycleLR(max_lr=0.2)",
    },
    "Adam, its betas moved": {
        "batch_size": 8,
        "optimizer": "Adam(lr=0.01)",
        "schedule": "OneCycleLR(max_lr=0.05)",
    },
    "clipped and penalized": {"batch_size": 8, "clip_norm": 0.1, "l1": 0.01, "l2": 0.02},
    "a plateau": {"batch_size": 8, "schedule": "ReduceLROnPlateau(patience=0)"},
    "classes weighted": {
        "data": "blobs(samples=30)",
        "layers": ["Linear(4)", "Tanh()", "Linear(3)"],
        "loss": "CrossEntropyLoss()",
        "class_weights": [1.0, 3.0, 0.5],
        "batch_size": 16,
    },
}


@pytest.mark.parametrize(
    ("name", "size", "executor"),
    [
        *((name, 2, "eager") for name in CASES),
        ("a part empty", 3, "eager"),
        ("last batch short", 2, "traced"),
        ("clipped and penalized", 3, "traced"),
    ],
)
def test_the_numbers_are_those_of_one_process(name: str, size: int, executor: Executor) -> None:
    """Every reported metric and every weight, whatever is drawn, cut, clipped and scheduled."""
    experiment = small(**CASES[name])
    alone, expected = trained(experiment)
    with crew_of(experiment, size, executor) as (leader, others):
        found = list(leader.events())
    assert [e.epoch for e in reported(found)] == [e.epoch for e in reported(expected)]
    for one, other in zip(reported(found), reported(expected), strict=True):
        assert one.metrics == pytest.approx(other.metrics, abs=1e-5)
        assert one.learning_rate == other.learning_rate
    for name_, tensor in alone.model.state_dict().items():
        torch.testing.assert_close(leader.model.state_dict()[name_], tensor, atol=1e-5, rtol=0)
    for follower in others:  # to the last bit: they must not drift apart
        assert weights(follower) == weights(leader)
