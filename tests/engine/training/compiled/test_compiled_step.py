"""Compiled steps: the eager numbers but for rounding, their own bits again, or a reason.

The source that is compiled is run by Python here, which takes no compiler and no time; one rare
test compiles it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.training.compiled import program as module
from engine.training.compiled.compiler import Order
from engine.training.compiled.source import as_function
from engine.training.executor import Executor, check_executor
from engine.training.full_state import full_state, kept, restore
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small, weights

DEEP: dict[str, Any] = {
    "data": "rings(samples=60)",
    "layers": ["Linear(8, bias=False)", "BatchNorm1d()", "ReLU()", "Dropout(0.2)", "Linear(3)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 16,
    "epochs": 6,
    "report_every": 2,
    "validation_fraction": 0.1,
}
"""The last batch of an epoch is smaller."""
IMAGES: dict[str, Any] = {
    "data": "digits()",
    "layers": [
        "Conv2d(2, 3)",
        "ReLU()",
        "MaxPool2d(2)",
        "Dropout2d(0.3)",
        "Flatten()",
        "Linear(10)",
    ],
    "batch_size": 500,
    "epochs": 2,
}


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What was to be compiled; it is run by Python instead."""
    found: list[Order] = []

    def noted(order: Order, locations: DataLocations) -> tuple[Path, float]:
        found.append(order)
        return Path(), 12.0

    def runner(_: Path) -> Callable[[list[Tensor]], list[Tensor]]:
        order = found[-1]
        step = as_function(order.text, order.names, order.num_gradients, clips=order.clips)
        return lambda given: [step(given[:-3], *given[-3:])]

    monkeypatch.setattr(module, "compiled", noted)
    monkeypatch.setattr(module, "_runner", runner)
    return found


def _trained(executor: Executor, **changes: Any) -> Trainer:
    trainer = Trainer(small(**{**DEEP, **changes}), NOWHERE, executor)
    list(trainer.events())
    return trainer


def _numbers(trainer: Trainer) -> Tensor:
    return torch.cat([value.detach().double().flatten() for value in _state(trainer)])


def _state(trainer: Trainer) -> list[Tensor]:
    losses = torch.tensor([loss for _, loss in trainer.losses.points()])
    return [*trainer.model.state_dict().values(), losses, torch.get_rng_state()]


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "SGD(lr=0.1)", "schedule": "StepLR(2, gamma=0.5)"},
        {"optimizer": "SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)"},
        {"optimizer": "Adam(lr=0.01)", "clip_norm": 0.5, "l1": 0.001, "l2": 0.01},
        {"optimizer": "AdamW(lr=0.01, fused=True)", "schedule": "OneCycleLR(0.05)"},
        {"optimizer": "RMSprop(lr=0.01, centered=True, momentum=0.5)"},
        {"optimizer": "Adamax(lr=0.01)"},
        {"optimizer": "Adadelta()"},
        {"optimizer": "Adagrad(lr=0.1)"},
        {**IMAGES},
    ],
    ids=str,
)
def test_the_numbers_are_the_eager_ones_but_for_rounding(
    orders: list[Order], changes: dict[str, Any]
) -> None:
    """Weights, averages, losses, and the generator: what is random is drawn as it is eagerly."""
    compiled = _trained("compiled", **changes)
    found = _numbers(compiled)
    assert compiled.started("run").executor == "compiled"
    assert orders
    assert torch.allclose(found, _numbers(_trained("eager", **changes)), rtol=1e-3, atol=1e-4)


def test_what_it_costs_is_told_before_the_first_step(orders: list[Order]) -> None:
    """And from how many steps on it pays, or that it never does."""
    reason = _trained("compiled", epochs=1).started("run").executor_reason
    assert reason.startswith("compiled in ")
    assert "it pays from about" in reason or reason.endswith("it never pays")


def test_only_batches_as_large_as_most_are_compiled(orders: list[Order]) -> None:
    """The last one of an epoch is traced: one compilation for a training."""
    _trained("compiled")
    assert len(orders) == 1
    shapes = [kind.shape for kind in orders[0].tensors[-3:-1]]
    assert shapes == [(16, 2), (16,)]


@pytest.mark.parametrize("optimizer", ["SGD(lr=0.1)", "Adam(lr=0.01)"])
def test_a_restored_training_goes_on_bit_by_bit(orders: list[Order], optimizer: str) -> None:
    """From the middle of an epoch, in this trainer and in a new one."""
    straight = _trained("compiled", optimizer=optimizer)
    trainer = Trainer(small(**{**DEEP, "optimizer": optimizer}), NOWHERE, "compiled")
    while trainer.global_step < 10:
        trainer.step()
    trainer.read()
    state = kept(full_state(trainer))
    trainer.step()
    other = Trainer(small(**{**DEEP, "optimizer": optimizer}), NOWHERE, "compiled")
    for one in (trainer, other):
        restore(one, state, Path("nowhere"))
        list(one.events())
        assert weights(one) == weights(straight)
        assert one.losses.points() == straight.losses.points()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"optimizer": "NAdam()"}, "NAdam has no traced form of its own steps yet"),
        (
            {"layers": ["Linear(4)", "BatchNorm1d(momentum=None)", "Linear(3)"]},
            "a BatchNorm without momentum takes another rate at each step",
        ),
    ],
)
def test_what_can_not_be_compiled_is_refused(
    orders: list[Order], changes: dict[str, Any], reason: str
) -> None:
    """With the reason, before anything trains."""
    with pytest.raises(UsageError, match=f'executor "compiled" can\'t be had here: {reason}'):
        _trained("compiled", **changes)
    assert not orders


def test_numbers_that_are_far_off_are_refused(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compiler that is wrong trains nobody's network."""
    runner = module._runner

    def wrong(library: Path) -> Callable[[list[Tensor]], list[Tensor]]:
        run = runner(library)
        return lambda given: [run(given)[0] * 1.01]

    monkeypatch.setattr(module, "_runner", wrong)
    with pytest.raises(UsageError, match="its numbers are not near the eager step's"):
        _trained("compiled")


def test_a_card_is_refused() -> None:
    """It replays graphs."""
    with pytest.raises(UsageError, match="compiled for the processor"):
        check_executor("compiled", torch.device("cuda", 0))


@pytest.mark.rare
def test_machine_code_is_made_once_and_trains_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next training loads it, and has its bits; they are near the eager ones."""
    monkeypatch.setenv("PERCEPTUI_COMPILED_DIR", str(tmp_path))
    first, again = (_trained("compiled", clip_norm=0.5) for _ in range(2))
    assert first.started("run").executor_reason.startswith("compiled in")
    assert again.started("run").executor_reason.startswith("compiled before")
    assert weights(first) == weights(again)
    found = _numbers(again)
    assert torch.allclose(found, _numbers(_trained("eager", clip_norm=0.5)), rtol=1e-3, atol=1e-4)
