"""Optimizers: PyTorch's own, with its defaults."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import nn, optim

from engine.parts.optimizers import SGD, Adam, AdamW, NAdam, Optimizer, RAdam
from tests.engine.spec.strategies import components

_NAMES = [
    *("SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adadelta", "RMSprop", "Adagrad"),
]


def _weights() -> list[nn.Parameter]:
    return [nn.Parameter(torch.zeros(2))]


def test_the_family_is_complete() -> None:
    """There are those that are compared with PyTorch's here, and no others."""
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


@pytest.mark.parametrize("name", _NAMES)
def test_the_usual_rate_is_in_the_middle_of_those_used(name: str) -> None:
    """What a repair sets is no rate that the doctor itself calls unusual; PyTorch's is none."""
    optimizer = Optimizer.members()[name]()
    assert isinstance(optimizer, Optimizer)
    assert optimizer.rates is not None
    assert optimizer.rates.lowest < optimizer.rates.usual < optimizer.rates.highest
    assert optimizer.rates.lowest <= optimizer.lr <= optimizer.rates.highest


def test_decay_off_the_weights_themselves() -> None:
    """Each knows the one that does it so: AdamW, or itself with an argument."""
    assert Adam(weight_decay=0.1).decoupled == AdamW(weight_decay=0.1)
    assert NAdam(weight_decay=0.1).decoupled == NAdam(weight_decay=0.1, decoupled_weight_decay=True)
    for one in (
        Adam(),
        AdamW(),
        SGD(weight_decay=0.1),
        NAdam(),
        RAdam(decoupled_weight_decay=True),
    ):
        assert one.decoupled is None


def test_nesterov_without_momentum_is_named() -> None:
    """Nesterov's look ahead needs a momentum and no dampening, as in PyTorch."""
    complaint = "nesterov=True needs a momentum above 0 and dampening=0"
    assert SGD(nesterov=True).complaint() == complaint
    assert SGD(nesterov=True, momentum=0.9, dampening=0.1).complaint() == complaint
    assert SGD(nesterov=True, momentum=0.9).complaint() == ""
