"""What lies between two copies of the state is trained again, and nothing else is moved by it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.training.best import Best
from engine.training.checkpoint import load
from engine.training.full_state import full_state, kept, restore
from engine.training.step import Step
from engine.training.trainer import Trainer
from engine.training.trial import trial
from tests.engine.service.live import rates, to_train
from tests.engine.training.test_best import JUMPY, spaced
from tests.engine.training.tiny import NOWHERE, bits, small

SHUFFLED: dict[str, Any] = {
    "data": "moons(samples=40)",
    "layers": ["Linear(6)", "BatchNorm1d()", "Dropout(0.2)", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.01)",
    "schedule": "ReduceLROnPlateau(patience=0)",
    "batch_size": 7,
    "epochs": 9,
    "report_every": 2,
}


def _best(trainer: Trainer) -> Best:
    """Its best, after the whole training."""
    best = Best(trainer)
    best.go_on(0)
    while trainer.reason is None:
        trainer.step()
        if trainer.batch == 0:
            best.after_epoch(0)
    return best


class _Odd:
    """A step that changes something else, and the loss that it tells, beside training."""

    def __init__(self, step: Step, change: Callable[[Tensor], Tensor]) -> None:
        self._step = step
        self._change = change

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        return self._change(self._step(inputs, targets))

    def gradient_norm(self) -> float:
        return self._step.gradient_norm()

    def renew(self) -> None:
        self._step.renew()


@pytest.mark.parametrize("num_steps", [12, 15], ids=["between epochs", "in an epoch"])
def test_a_trainer_that_goes_aside_comes_back(num_steps: int) -> None:
    """Weights, order, generators, curve, rate and counters: all of it, and what comes then."""
    ways = []
    for goes in (False, True):
        trainer = Trainer(small(**SHUFFLED), NOWHERE)
        for _ in range(num_steps):
            trainer.step()
        first = kept(full_state(trainer))
        state, rate = trainer.optimizer.state, trainer.learning_rate.current
        before = bits(first.tensors), first.state, trainer.newest_loss
        if goes:
            with trial(trainer):
                for _ in range(8):
                    trainer.step()
        again = full_state(trainer)
        assert (bits(again.tensors), again.state, trainer.newest_loss) == before
        assert trainer.optimizer.state is state, "who is bound to its tensors need not know"
        assert trainer.learning_rate.current == rate
        list(trainer.events())
        end = full_state(trainer)
        ways.append((bits(end.tensors), {**end.state, "elapsed_s": 0}))
    assert ways[0] == ways[1]


def test_the_gradients_of_another_step_are_not_told_as_the_last_ones() -> None:
    """An overflow that is found after a trainer was aside has no norm to tell."""
    trainer = Trainer(
        small(data="plane(samples=6)", layers=["Linear(1)"], loss="MSELoss()"), NOWHERE
    )
    trainer.step()
    with trial(trainer):
        trainer.step()
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(torch.inf)
    found = trainer.overflow()
    assert found is not None
    assert found.gradient_norm == "unknown"


@pytest.mark.parametrize("batch_size", ["full", 7])
def test_a_rate_set_by_hand_is_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_size: Any
) -> None:
    """Epochs before it are trained again with the rate of then, epochs after it with its own."""
    experiment = small(**{**JUMPY, "batch_size": batch_size, "epochs": 9})
    for at in (2, 7, 8):
        found = []
        for spacing_s in (0.0, 1e9):
            spaced(monkeypatch, spacing_s)
            order = to_train(experiment, tmp_path, changes=rates([(at, 0.01)]))
            run = TrainingRun.begin(order, prepare(experiment, NOWHERE))
            while not run.is_over:
                run.advance(0.0)
            stored = load(run.directory.checkpoint("best"))
            del stored.state["elapsed_s"]
            found.append((bits(stored.tensors), stored.state))
        assert found[0] == found[1]


@pytest.mark.parametrize("spacing_s", [0.0, 1e9])
def test_weights_that_are_not_finite_are_not_the_best(
    monkeypatch: pytest.MonkeyPatch, spacing_s: float
) -> None:
    """Though the loss falls on: the last epoch before them is, whenever copies were made."""
    spaced(monkeypatch, spacing_s)
    trainer = Trainer(small(epochs=9), NOWHERE)
    weight = next(trainer.model.parameters())

    def falling(loss: Tensor) -> Tensor:
        if trainer.global_step >= 5:  # the sixth
            weight.data[0, 0] = torch.inf
        return torch.tensor(1 / (1 + trainer.global_step))

    trainer._step = _Odd(trainer._step, falling)
    checkpoint = _best(trainer).checkpoint()
    assert checkpoint is not None
    assert checkpoint.state["epoch"] == 5
    assert checkpoint.tensors["model.0.weight"].isfinite().all()


def test_a_best_that_was_is_so_at_the_time_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds and the newest event are those of its own epoch, not of when it was copied."""
    spaced(monkeypatch, 1e9)
    trainer = Trainer(small(**{**JUMPY, "epochs": 12, "seed": 3}), NOWHERE)
    best = Best(trainer)
    seen = {}
    best.go_on(0)
    while trainer.reason is None:
        trainer.step()
        seen[trainer.epoch] = 10 * trainer.epoch, trainer.elapsed_s
        best.after_epoch(10 * trainer.epoch)
    checkpoint = best.checkpoint()
    assert checkpoint is not None
    epoch = int(checkpoint.state["epoch"])
    assert 1 < epoch < 12
    assert (checkpoint.state["last_event"], checkpoint.state["elapsed_s"]) == seen[epoch]


def test_what_can_not_be_trained_again_is_copied(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A step that gives other numbers each time is noticed and told."""
    spaced(monkeypatch, 1e9)
    trainer = Trainer(small(**{**JUMPY, "epochs": 12, "seed": 3}), NOWHERE)
    weight = next(trainer.model.parameters())

    times = count()

    def moody(loss: Tensor) -> Tensor:
        weight.data[0, 0] += 0.01 * next(times)
        return torch.tensor(abs(trainer.global_step - 6) / 100)  # epoch 6 is the best

    trainer._step = _Odd(trainer._step, moody)
    best = _best(trainer)
    with caplog.at_level(logging.WARNING):
        assert best.checkpoint() is not None
    assert "trained again, comes to" in caplog.text
    assert not best._trains_again


def test_a_checkpoint_goes_into_the_tensors_that_are_there(tmp_path: Path) -> None:
    """The optimizer's own are written into, so that a step that is bound to them goes on."""
    trainer = Trainer(small(optimizer="Adam(lr=0.1)"), NOWHERE)
    trainer.step()
    first = kept(full_state(trainer))
    state = trainer.optimizer.state
    moments = [values["exp_avg"] for values in state.values()]
    trainer.step()
    restore(trainer, first, tmp_path)
    assert trainer.optimizer.state is state
    assert all(a["exp_avg"] is b for a, b in zip(state.values(), moments, strict=True))
    assert bits(full_state(trainer).tensors) == bits(first.tensors)
