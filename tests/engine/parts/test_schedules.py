"""Schedules: each closed formula gives the rates of torch.optim.lr_scheduler."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn, optim
from torch.optim import lr_scheduler

from engine.parts.schedules import (
    Constant,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    Schedule,
    StepLR,
)
from tests.engine.spec.strategies import components, members

_NAMES = [
    *("constant", "StepLR", "MultiStepLR", "ExponentialLR", "LinearLR", "PolynomialLR"),
    *("CosineAnnealingLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "ReduceLROnPlateau"),
]
_LR = 0.1


def _sgd() -> optim.SGD:
    return optim.SGD([nn.Parameter(torch.zeros(1))], lr=_LR, momentum=0.9)


def _torch_values(
    scheduler: Callable[[optim.SGD], lr_scheduler.LRScheduler], count: int, key: str = "lr"
) -> list[float]:
    """What PyTorch's scheduler sets at every count from 0."""
    optimizer = _sgd()
    with warnings.catch_warnings():
        # SequentialLR calls step() with an epoch, which PyTorch itself deprecates.
        warnings.simplefilter("ignore")
        schedule = scheduler(optimizer)
        values = []
        for _ in range(count):
            values.append(float(optimizer.param_groups[0][key]))
            optimizer.step()
            schedule.step()
    return values


def _warmed(
    make: Callable[[optim.SGD], lr_scheduler.LRScheduler], warmup: int
) -> Callable[[optim.SGD], lr_scheduler.LRScheduler]:
    """PyTorch's scheduler behind a linear warm-up of so many counts."""
    if warmup == 0:
        return make

    def warmed(optimizer: optim.SGD) -> lr_scheduler.LRScheduler:
        first = lr_scheduler.LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
        return lr_scheduler.SequentialLR(optimizer, [first, make(optimizer)], milestones=[warmup])

    return warmed


def _assert_same(ours: list[float], theirs: list[float]) -> None:
    # PyTorch multiplies its rates up step by step: its own rounding grows with the peak.
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12 * max(theirs))


def test_the_family_is_complete() -> None:
    """There are the ten schedules that the README promises."""
    assert sorted(Schedule.members()) == sorted(_NAMES)


@settings(max_examples=30, deadline=None)
@given(warmup=st.integers(0, 5), total=st.integers(1, 20))
def test_constant_is_torchs_warm_up(warmup: int, total: int) -> None:
    """The constant schedule is LinearLR's warm-up, then the optimizer's own rate."""
    theirs = _torch_values(_warmed(lambda o: lr_scheduler.ConstantLR(o, factor=1.0), warmup), total)
    _assert_same([Constant(warmup).rate(_LR, done, total) for done in range(total)], theirs)


@settings(max_examples=30, deadline=None)
@given(schedule=members(StepLR), total=st.integers(1, 30))
def test_step_lr_is_torchs(schedule: StepLR, total: int) -> None:
    """StepLR with its warm-up gives PyTorch's rate at every count."""
    theirs = _torch_values(
        _warmed(
            lambda o: lr_scheduler.StepLR(o, schedule.step_size, schedule.gamma), schedule.warmup
        ),
        total,
    )
    _assert_same([schedule.rate(_LR, done, total) for done in range(total)], theirs)


@settings(max_examples=30, deadline=None)
@given(schedule=members(CosineAnnealingLR, eta_min=st.floats(0.0, 0.05)), total=st.integers(1, 30))
def test_cosine_annealing_is_torchs(schedule: CosineAnnealingLR, total: int) -> None:
    """CosineAnnealingLR with its warm-up gives PyTorch's rate at every count."""
    length = schedule.T_max or max(1, total - schedule.warmup)
    theirs = _torch_values(
        _warmed(
            lambda o: lr_scheduler.CosineAnnealingLR(o, length, schedule.eta_min), schedule.warmup
        ),
        total,
    )
    _assert_same([schedule.rate(_LR, done, total) for done in range(total)], theirs)


_PLAIN: dict[type[Schedule], dict[str, st.SearchStrategy[Any]]] = {
    MultiStepLR: {},
    ExponentialLR: {"gamma": st.floats(0.1, 1.0)},
    # Its warm-up rises to its own first rate, not to the optimizer's.
    LinearLR: {"start_factor": st.floats(0.01, 1.0), "warmup": st.just(0)},
    PolynomialLR: {"power": st.floats(0.1, 3.0)},
    CosineAnnealingWarmRestarts: {"eta_min": st.floats(0.0, 0.05)},
}


@pytest.mark.parametrize("cls", list(_PLAIN), ids=lambda cls: cls.name)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), total=st.integers(1, 30))
def test_its_rates_are_torchs(cls: type[Schedule], data: st.DataObject, total: int) -> None:
    """With its warm-up, at every count, as the scheduler of the same name sets them."""
    schedule = data.draw(members(cls, **_PLAIN[cls]))
    arguments = {name: value for name, value in schedule.values().items() if name != "warmup"}
    if arguments.get("total_iters", 1) is None:
        arguments["total_iters"] = max(1, total - schedule.warmup_length)
    make = getattr(lr_scheduler, cls.name)
    theirs = _torch_values(_warmed(lambda o: make(o, **arguments), schedule.warmup_length), total)
    _assert_same([schedule.rate(_LR, done, total) for done in range(total)], theirs)


@settings(max_examples=40, deadline=None)
@given(
    schedule=members(OneCycleLR, max_lr=st.floats(1e-3, 1.0), div_factor=st.floats(1.0, 100.0)),
    total=st.integers(1, 40),
)
def test_one_cycle_is_torchs(schedule: OneCycleLR, total: int) -> None:
    """OneCycleLR gives PyTorch's rate and momentum at every count."""
    # PyTorch divides by zero where the peak is the very first step.
    assume(schedule.pct_start * total - 1 != 0)

    def theirs(optimizer: optim.SGD) -> lr_scheduler.LRScheduler:
        return lr_scheduler.OneCycleLR(optimizer, total_steps=total, **schedule.values())

    # One step less: PyTorch refuses to be asked beyond the last.
    rates = _torch_values(theirs, total - 1)
    if rates:
        _assert_same([schedule.rate(_LR, done, total) for done in range(total - 1)], rates)
    momentum = schedule.momentum(total)
    assert (momentum is None) == (not schedule.cycle_momentum)
    if momentum is not None and rates:
        _assert_same(
            [momentum(done) for done in range(total - 1)],
            _torch_values(theirs, total - 1, key="momentum"),
        )


def test_one_cycle_ends_where_torch_ends() -> None:
    """The last step has max_lr divided by both factors, the peak has max_lr itself."""
    schedule = OneCycleLR(max_lr=0.5, pct_start=0.5, div_factor=10, final_div_factor=100)
    rates = [schedule.rate(_LR, done, 10) for done in range(10)]
    assert rates[0] == pytest.approx(0.05)
    assert rates[4] == pytest.approx(0.5)
    assert rates[9] == pytest.approx(0.0005)


@settings(max_examples=200, deadline=None)
@given(
    schedule=components(Schedule),
    lr=st.floats(0, 1e6),
    total=st.integers(1, 50) | st.integers(1, 10**12),
    share=st.floats(0, 1, exclude_max=True),
)
def test_no_declared_value_makes_a_schedule_raise(
    schedule: Schedule, lr: float, total: int, share: float
) -> None:
    """A rate and a momentum exist for any declared arguments, at any count of any length."""
    for done in {0, int(share * total), total - 1}:
        assert math.isfinite(schedule.rate(lr, done, total))
        momentum = schedule.momentum(total)
        if momentum is not None:
            assert 0 <= momentum(done) <= 1


def test_plateau_has_the_arguments_and_defaults_of_torch() -> None:
    """ReduceLROnPlateau passes PyTorch its own arguments, the defaults alike."""
    signature = inspect.signature(lr_scheduler.ReduceLROnPlateau).parameters
    arguments = ReduceLROnPlateau().plateau_arguments
    assert arguments == {name: signature[name].default for name in arguments}
    assert set(arguments) == {"factor", "patience", "threshold", "cooldown", "min_lr"}


@pytest.mark.parametrize("cls", [StepLR, CosineAnnealingLR, OneCycleLR, *_PLAIN])
def test_defaults_are_those_of_torch(cls: type[Schedule]) -> None:
    """What PyTorch's scheduler also takes has PyTorch's default."""
    theirs: dict[str, Any] = {
        name: p.default
        for name, p in inspect.signature(getattr(lr_scheduler, cls.name)).parameters.items()
        if p.default is not inspect.Parameter.empty
    }
    ours = {name: p.default for name, (_, p) in cls.parameters().items() if name in theirs}
    required = {name for name, (_, p) in cls.parameters().items() if p.required}
    assert ours == {name: theirs[name] for name in ours}
    assert ours or required


@pytest.mark.parametrize("name", _NAMES)
def test_each_says_what_it_counts(name: str) -> None:
    """The help, or a parameter's unit, names the steps or epochs that a schedule counts."""
    cls = Schedule.members()[name]
    assert issubclass(cls, Schedule)
    units = {declaration.unit for _, declaration in cls.parameters().values()}
    assert cls.counts in cls.help()
    assert units <= {cls.counts, ""}
