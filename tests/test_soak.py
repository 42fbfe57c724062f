"""What stands in for a session while one trainer is damaged again and again."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from engine.service.client.session import Session
from tests.soak.one_trainer import OneTrainer, leave


@pytest.mark.parametrize(
    ("stand_in", "own"), [(OneTrainer.open, Session.open), (leave, Session.shutdown)]
)
def test_it_takes_what_a_session_takes(
    stand_in: Callable[..., Any], own: Callable[..., Any]
) -> None:
    """The soak's own runs take hours, so that nobody would see it otherwise."""
    assert _named(stand_in) == _named(own)


def _named(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    found = inspect.signature(function).parameters
    return {name: one for name, one in found.items() if one.kind is one.KEYWORD_ONLY}
