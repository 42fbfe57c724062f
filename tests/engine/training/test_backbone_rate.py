"""Layers that learn at rates of their own: shares of the learning rate, whatever moves that."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.runs.dissected_step import Focus
from engine.training.executor import Executor
from engine.training.microscope.dissection import dissect
from engine.training.trainer import Trainer
from tests.engine.training.test_resume import assert_resumes
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, bits, flushed_denormals, small

LAYERS = ["Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(3)", "Linear(1)", "Sigmoid()"]
SLOWER: dict[str, Any] = {
    "layers": LAYERS,
    "batch_size": 8,
    "backbone_rate": {"0": 0.1, "3": 0.5},
}


def _trained(executor: Executor, **changes: Any) -> Trainer:
    with flushed_denormals():
        trainer = Trainer(small(**{**SLOWER, **changes}), NOWHERE, executor)
        for _ in trainer.events():
            pass
    return trainer


@pytest.mark.parametrize("executor", ["eager", "traced"])
def test_a_step_is_a_share_as_long(executor: Executor) -> None:
    """Of the same gradients: 0.1 and 0.5 of the step that all would make at one rate."""
    moved = []
    for rate in (1.0, {"0": 0.1, "3": 0.5}):
        experiment = small(layers=LAYERS, optimizer="SGD(lr=0.5)", backbone_rate=rate)
        trainer = Trainer(experiment, NOWHERE, executor)
        before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
        trainer.step()
        after = dict(trainer.model.named_parameters())
        moved.append({name: after[name].detach() - own for name, own in before.items()})
    whole, shared = moved
    for name, way in whole.items():
        share = {"0": 0.1, "3": 0.5}.get(name[0], 1.0)
        assert torch.allclose(shared[name], share * way, rtol=1e-3, atol=1e-6), name


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("changes", [{}, {"l2": 0.1, "clip_norm": 0.05, "freeze": [1]}])
def test_a_trace_has_the_bits_of_autograd(optimizer: str, changes: dict[str, Any]) -> None:
    """With every optimizer; and it is a trace that serves."""
    eager = _trained("eager", **changes, optimizer=optimizer)
    traced = _trained("traced", **changes, optimizer=optimizer)
    assert traced.execution.reason == ""
    assert bits(traced.model.state_dict()) == bits(eager.model.state_dict())


@pytest.mark.parametrize(
    "schedule", ["constant()", "CosineAnnealingLR(warmup=2)", "OneCycleLR(max_lr=0.2)"]
)
def test_all_rates_move_together(schedule: str) -> None:
    """What the schedule says times a factor set on the way; what is told is the head's."""
    trainer = Trainer(small(**SLOWER, schedule=schedule), NOWHERE, "eager")
    for step in range(6):
        if step == 3:
            trainer.learning_rate.factor = 0.5
            trainer.learning_rate.apply(trainer.epoch, trainer.global_step)
        trainer.step()
        rates = [group["lr"] for group in trainer.optimizer.param_groups]
        own = trainer.learning_rate.current
        assert rates == [own, own * 0.1, own * 0.5]


@pytest.mark.parametrize("stop_after", [0, 1, 4, 7])
def test_such_a_training_resumes_anywhere(stop_after: int) -> None:
    """To the last bit, with the optimizer's state in the order of its groups."""
    assert_resumes(small(**SLOWER, optimizer="Adam(lr=0.05)"), stop_after)


def test_the_microscope_has_each_layers_rate() -> None:
    """The arithmetic of a weight comes to what the optimizer makes of it."""
    trainer = Trainer(small(**SLOWER, optimizer="SGD(lr=0.5)"), NOWHERE, "eager")
    update = dissect(trainer, Focus()).update
    rates = {one.name.partition(".")[0]: one.rate for one in update.parameters}
    assert rates == {"0": 0.05, "1": None, "3": 0.25, "4": None}
    assert update.settings["lr"] == 0.5
    weight = update.parameters[0].weights[0]
    assert weight.before is not None
    assert weight.used is not None
    assert weight.after == pytest.approx(weight.before - 0.05 * weight.used)
