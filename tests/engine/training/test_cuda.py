"""Training on a CUDA device: what runs on the CPU nowhere else."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import UsageError
from engine.runs.changes import Change
from engine.runs.events import Diverged, LayerRedrawn, ParameterSet, UnitSilenced
from engine.training import loss_meter
from engine.training.by_hand import apply
from engine.training.executor import Executor
from engine.training.full_state import full_state, kept, restore
from engine.training.graphed import GraphedStep
from engine.training.graphed import step as graphed_step
from engine.training.graphed.recorder import CudaRecorder, Unrecordable
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, reported, small, weights

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

DEEP: dict[str, Any] = {
    "data": "rings(samples=200)",
    "layers": ["Linear(16)", "BatchNorm1d()", "ReLU()", "Dropout(0.2)", "Linear(3)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 64,
    "epochs": 60,
    "report_every": 20,
    "validation_fraction": 0.1,
    "device": "cuda",
}
"""The last batch of an epoch is smaller; 180 steps, so that updates are recorded."""
IMAGES: dict[str, Any] = {
    "data": "digits()",
    "layers": ["Conv2d(4, 3)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Linear(10)"],
    "batch_size": 500,
    "epochs": 30,
}


@pytest.fixture(autouse=True)
def _early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphed_step, "STEADY", 10)


def _trained(executor: Executor, **changes: Any) -> tuple[Trainer, list[Any]]:
    trainer = Trainer(small(**{**DEEP, **changes}), NOWHERE, executor)
    return trainer, list(trainer.events())


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "SGD(lr=0.1, momentum=0.9)"},
        {"optimizer": "SGD(lr=0.1)", "schedule": "StepLR(20, gamma=0.5)"},
        {"optimizer": "Adam(lr=0.01)"},
        {"optimizer": "Adam(lr=0.01, fused=True)"},
        {"optimizer": "AdamW(lr=0.01, fused=True)", "schedule": "OneCycleLR(0.05)"},
        {"optimizer": "RMSprop(lr=0.01)"},
        {"l2": 0.01, "clip_norm": 0.5},
        {"precision": "bf16", "optimizer": "Adam(lr=0.01, fused=True)"},
        {**IMAGES},
        {**IMAGES, "precision": "bf16"},
    ],
    ids=str,
)
def test_graphed_trainings_have_the_eager_bits(
    changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Losses, norms and weights; nothing was refused."""
    with caplog.at_level(logging.WARNING):
        graphed, found = _trained("graphed", **changes)
    eager, expected = _trained("eager", **changes)
    assert graphed.started("runs/x").executor == "graphed"
    assert not caplog.messages
    assert weights(graphed) == weights(eager)
    pairs = zip(reported(found), reported(expected), strict=True)
    for one, other in pairs:
        assert (one.metrics, one.gradient_norm) == (other.metrics, other.gradient_norm)


def test_touched_trainings_have_the_eager_bits(caplog: pytest.LogCaptureFixture) -> None:
    """A unit is silenced, a weight set and a layer drawn anew on the way."""
    changes: list[Change] = [
        UnitSilenced(step=0, layer=(0,), unit=3),
        ParameterSet(step=0, layer=(0,), parameter="bias", place=(1,), value=0.5, before=0.0),
        LayerRedrawn(step=0, layer=(4,), seed=2),
    ]
    trainers = []
    with caplog.at_level(logging.WARNING):
        executors: tuple[Executor, ...] = ("graphed", "eager")
        for executor in executors:
            trainer = Trainer(small(**DEEP), NOWHERE, executor)
            for _ in range(20):
                trainer.step()
            trainer.read()
            for change in changes:
                apply(trainer, change)
            trainers.append((trainer, list(trainer.events())))
    assert not caplog.messages
    assert weights(trainers[0][0]) == weights(trainers[1][0])


def test_a_recording_that_fails_leaves_the_device_fit() -> None:
    """What reads from the device can't be recorded; the next training is as if nothing was."""
    recorder = CudaRecorder(torch.device("cuda", 0))
    number = torch.ones((), device="cuda")
    with pytest.raises(Unrecordable):
        recorder.record(number.item)
    assert number.add(1).item() == 2
    graphed, _ = _trained("graphed")
    eager, _ = _trained("eager")
    assert weights(graphed) == weights(eager)


def test_a_batch_norm_without_momentum_is_trained_eagerly() -> None:
    """The run says so from the start."""
    layers = ["Linear(16)", "BatchNorm1d(momentum=None)", "Linear(3)"]
    trainer, _ = _trained("auto", layers=layers, epochs=200)
    assert trainer.started("runs/x").executor == "eager"
    assert weights(trainer) == weights(_trained("eager", layers=layers, epochs=200)[0])
    with pytest.raises(UsageError, match="reads its counter"):
        _trained("graphed", layers=layers, epochs=2)


def test_long_trainings_are_graphed_by_themselves() -> None:
    """Short ones are not worth a recording."""
    for epochs, expected in ((1, "eager"), (1000, "graphed")):
        trainer = Trainer(small(**{**DEEP, "epochs": epochs}), NOWHERE)
        assert trainer.started("runs/x").executor == expected
    assert isinstance(trainer._step, GraphedStep)


@pytest.mark.parametrize("executor", ["eager", "graphed"])
def test_a_restored_training_goes_on_bit_by_bit(executor: Executor) -> None:
    """From the middle of an epoch, with updates recorded, in this trainer and in a new one."""
    changes = {"optimizer": "Adam(lr=0.01, fused=True)"}
    straight, _ = _trained(executor, **changes)
    trainer = Trainer(small(**{**DEEP, **changes}), NOWHERE, executor)
    while trainer.global_step < 100:
        trainer.step()
    trainer.read()
    state = kept(full_state(trainer))
    while trainer.global_step < 120:
        trainer.step()
    other = Trainer(small(**{**DEEP, **changes}), NOWHERE, executor)
    for one in (trainer, other):
        restore(one, state, Path("nowhere"))
        list(one.events())
        assert weights(one) == weights(straight)
        assert one.losses.points() == straight.losses.points()


def test_losses_that_are_kept_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those that are read at every step; several are kept."""
    kept_one, found = _trained("eager")
    assert kept_one.unread._most > 1
    monkeypatch.setattr(loss_meter, "READ_S", 1e-9)
    prompt, expected = _trained("eager")
    assert kept_one.losses.points() == prompt.losses.points()
    assert [e.metrics for e in reported(found)] == [e.metrics for e in reported(expected)]


def test_a_diverging_bce_loss_is_told() -> None:
    """Its kernel would break off the process's use of the GPU; another training can follow."""
    changes = {
        "data": "circle(samples=24)",
        "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
        "loss": "BCELoss()",
        "optimizer": "SGD(lr=1e38)",
    }
    for executor in ("eager", "graphed"):
        _, events = _trained(executor, **changes)
        assert isinstance(events[-1], Diverged)
    assert torch.ones(2, device="cuda").sum().item() == 2


def test_16_bits_are_there_where_they_are_asked_for() -> None:
    """The network works in bf16 on the device; its outputs and weights are float32."""
    trainer, events = _trained("eager", precision="bf16")
    exact, _ = _trained("eager")
    assert weights(trainer) != weights(exact)
    assert {p.dtype for p in trainer.model.parameters()} == {torch.float32}
    assert reported(events)[-1].train_loss is not None
