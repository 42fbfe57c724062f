"""Optimizers: PyTorch's own, with its defaults."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import nn, optim

from engine.parts.optimizers import SGD, Adam, Optimizer
from tests.engine.spec.strategies import components

_NAMES = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"]


def _weights() -> list[nn.Parameter]:
    return [nn.Parameter(torch.zeros(2))]


def test_the_family_is_complete() -> None:
    """There are the five optimizers that the README promises."""
    assert sorted(Optimizer.members()) == sorted(_NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_defaults_are_those_of_torch(name: str) -> None:
    """An optimizer with nothing given is PyTorch's optimizer with nothing given."""
    optimizer = Optimizer.members()[name]()
    assert isinstance(optimizer, Optimizer)
    assert optimizer.build(_weights()).defaults == getattr(optim, name)(_weights()).defaults


@settings(max_examples=60, deadline=None)
@given(optimizer=components(Optimizer))
def test_code_builds_the_same_optimizer(optimizer: Optimizer) -> None:
    """Any declared arguments are taken by PyTorch, and the printed call has the same settings."""
    printed = eval(optimizer.code(), {"torch": torch, "model": nn.Linear(1, 1)})
    built = optimizer.build(_weights())
    assert type(printed) is type(built)
    assert printed.defaults == built.defaults


def test_the_code_always_shows_the_learning_rate() -> None:
    """A reader of the script sees the learning rate even where it is the default."""
    assert Adam().code() == "torch.optim.Adam(model.parameters(), lr=0.001)"
    assert SGD(lr=0.1, momentum=0.9).code() == (
        "torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)"
    )


def test_nesterov_without_momentum_is_named() -> None:
    """Nesterov's look ahead needs a momentum and no dampening, as in PyTorch."""
    complaint = "nesterov=True needs a momentum above 0 and dampening=0"
    assert SGD(nesterov=True).complaint() == complaint
    assert SGD(nesterov=True, momentum=0.9, dampening=0.1).complaint() == complaint
    assert SGD(nesterov=True, momentum=0.9).complaint() == ""
