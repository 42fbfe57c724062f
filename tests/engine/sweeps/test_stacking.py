"""Which trials are trained in one: those of the same shapes, as many as are faster so."""

from __future__ import annotations

from typing import Any

import pytest

from engine.spec.experiment import Experiment
from engine.sweeps import stacking
from engine.sweeps.execution import Assignment
from engine.sweeps.stacking import groups, size_of, stack_size
from tests.engine.training.tiny import small

TINY: dict[str, Any] = {"epochs": 10_000}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four are enough for a stack."""
    monkeypatch.setattr(stacking, "LEAST", 4)


def _waiting(*experiments: Experiment) -> list[Assignment]:
    return [Assignment(number, "", one) for number, one in enumerate(experiments, start=1)]


def _numbers(found: list[tuple[Assignment, ...]]) -> list[list[int]]:
    return [[one.number for one in group] for group in found]


def test_trials_are_spread_over_the_processes() -> None:
    """Each process has as many as the others, and each group is of one shape."""
    wide = {"layers": ["Linear(5)", "ReLU()", "Linear(1)", "Sigmoid()"]}
    seeds = [small(seed=seed, **TINY) for seed in range(8)]
    others = [small(seed=seed, **TINY, **wide) for seed in range(8)]
    mixed = [one for pair in zip(seeds, others, strict=True) for one in pair]
    assert _numbers(groups(_waiting(*mixed), 1)) == [list(range(1, 17, 2)), list(range(2, 17, 2))]
    assert _numbers(groups(_waiting(*mixed), 2)) == [
        [1, 5, 9, 13],
        [2, 6, 10, 14],
        [3, 7, 11, 15],
        [4, 8, 12, 16],
    ]


def test_what_differs_in_numbers_only_is_of_one_shape() -> None:
    """Rates, momentum, schedules, penalties, first weights and noise; not switches or sizes."""
    alike = [
        small(**TINY, optimizer="SGD(lr=0.2)"),
        small(**TINY, optimizer="SGD(momentum=0.9)", schedule="StepLR(10)", seed=4),
        small(**TINY, l2=0.1, clip_norm=1.0, stop_below=0.1, patience=100),
        small(**TINY, layers=["Linear(4, init='zeros')", "ReLU()", "Linear(1)", "Sigmoid()"]),
    ]
    apart = [
        small(**TINY, optimizer="SGD(momentum=0.9, nesterov=True)"),
        small(**{**TINY, "epochs": 10_001}),
        small(**TINY, batch_size=8),
        small(**TINY, data="circle(samples=25)"),
    ]
    found = _numbers(groups(_waiting(*alike, *apart), 1))
    assert found == [[1, 2, 3, 4], [5], [6], [7], [8]]


def test_what_can_not_be_stacked_is_trained_alone() -> None:
    """NAdam has no stacked form."""
    found = groups(_waiting(*(small(**TINY, optimizer="NAdam()", seed=n) for n in range(6))), 1)
    assert _numbers(found) == [[n] for n in range(1, 7)]


def test_large_networks_few_trials_and_short_trainings_are_trained_one_by_one() -> None:
    """There a process for each is as fast or faster, as STACKS.md has it."""
    wide = ["Linear(512)", "ReLU()", "Linear(512)", "ReLU()", "Linear(1)", "Sigmoid()"]
    assert stack_size(small(**TINY), 64, 1) == 64
    assert stack_size(small(**TINY), 64, 2) == 32
    assert stack_size(small(**TINY, layers=wide), 64, 1) == 1
    assert stack_size(small(**TINY), 3, 1) == 1
    assert stack_size(small(epochs=5), 8, 1) == 1


def test_memory_bounds_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a share of what is free, over all processes."""
    experiment = small(**TINY)
    facts = experiment.data.facts()
    assert facts is not None
    need = size_of(experiment, facts).num_bytes
    monkeypatch.setattr(stacking, "free_bytes", lambda: int(10 * need / stacking.MEMORY_SHARE) + 1)
    assert stack_size(experiment, 64, 1) == 10
    assert stack_size(experiment, 64, 2) == 5


def test_a_gpu_takes_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is filled by a stack only."""
    wide = small(**TINY, layers=["Linear(512)", "ReLU()", "Linear(1)", "Sigmoid()"])
    assert stack_size(wide, 256, 1) < 64
    monkeypatch.setattr(stacking, "may_be_on_gpu", lambda device: True)
    assert stack_size(wide, 256, 1) == 256
