"""What can't be one of many that are trained in one says why."""

from __future__ import annotations

from typing import Any

import pytest

from engine.spec.stackable import why_alone
from tests.engine.training.tiny import small


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"freeze": [0]}, "some of its layers are frozen"),
        ({"freeze": "all but last"}, "some of its layers are frozen"),
        ({"backbone_rate": 0.1}, "some of its layers learn at rates of their own"),
        ({"start_from": "a.safetensors"}, "it starts from the weights of another training"),
    ],
)
def test_what_begins_with_another_is_trained_alone(changes: dict[str, Any], reason: str) -> None:
    """Frozen layers, rates of their own, and weights of another training."""
    assert why_alone(small(**changes)) == reason
