"""What the graphed step does around its recordings: with a recorder that works on the CPU."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.errors import UsageError
from engine.parts.layers.activation import ReLU
from engine.parts.layers.address import weight_names
from engine.parts.layers.dense import Dropout, Linear
from engine.parts.layers.normalization import BatchNorm1d
from engine.parts.losses import CrossEntropyLoss
from engine.parts.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.training import checkpoint, executor, named_tensors
from engine.training.executor import Executor, make_execution
from engine.training.graphed import GraphedStep, recorder
from engine.training.graphed import step as graphed_step
from engine.training.silencing import silence
from engine.training.step import EagerStep, Regularization
from engine.training.traced.step_state import StepState, same_bits
from engine.training.trainer import Trainer
from tests.engine.training.fake_recorder import FakeRecorder
from tests.engine.training.tiny import NOWHERE, small
from tests.engine.training.traced_pair import Side, rows

LAYERS = (Linear(5), BatchNorm1d(), ReLU(), Dropout(0.2), Linear(3))
WEIGHTS = weight_names(LAYERS)
PLAIN = Regularization()
SIZES = (8, 8, 3, 8, 8, 3, 8, 8)
RECORDED: tuple[Optimizer, ...] = (
    SGD(0.1),
    SGD(0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    SGD(0.1, momentum=0.9, fused=True),
    Adam(0.01, fused=True),
    AdamW(0.01, amsgrad=True, fused=True),
)
"""Those whose update repeats itself."""
BY_ITSELF: tuple[Optimizer, ...] = (Adam(0.01), AdamW(0.01), RMSprop(0.01), Adagrad(0.1))


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small networks train on one thread, as they do in a run; updates are recorded early."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(graphed_step, "STEADY", 2)
    yield
    torch.set_num_threads(before)


def _side(optimizer: Optimizer, *layers: Any, precision: str = "float32") -> Side:
    return Side(layers or LAYERS, (4,), CrossEntropyLoss(), optimizer, precision)


def _graphed(side: Side, plan: Regularization = PLAIN) -> tuple[GraphedStep, FakeRecorder]:
    fake = FakeRecorder(side.model, side.optimizer)
    return GraphedStep(
        side.model, side.criterion, side.optimizer, plan, fake, side.is_recordable
    ), fake


def _eager(side: Side, plan: Regularization = PLAIN) -> EagerStep:
    return EagerStep(side.model, side.criterion, side.optimizer, plan)


@pytest.mark.parametrize("rates", [(), (0.1, 0.1, 0.1, 0.1, 0.02, 0.02, 0.02, 0.02)])
@pytest.mark.parametrize("optimizer", [*RECORDED, *BY_ITSELF], ids=str)
def test_every_optimizer_gives_the_eager_bits(optimizer: Optimizer, rates: Any) -> None:
    """Over two batch shapes, with Dropout and BatchNorm, while the rate stays and moves."""
    side, other = _side(optimizer), _side(optimizer)
    step, fake = _graphed(side)
    batches = rows(*SIZES)
    assert same_bits(side.train(step, batches, rates), other.train(_eager(other), batches, rates))
    assert (step.refusal, fake.made.count("gradients")) == ("", 2)
    assert ("update" in fake.made) == (optimizer in RECORDED)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize(
    "plan",
    [
        Regularization(l1=0.01, l2=0.02, weights=WEIGHTS),
        Regularization(l2=0.1, clip_norm=0.1, weights=WEIGHTS),
    ],
    ids=str,
)
def test_penalties_and_clipping_give_the_eager_bits(plan: Regularization, precision: str) -> None:
    """The gradient norm is that of before the clipping, in either precision."""
    sides = [_side(SGD(0.1, momentum=0.5), precision=precision) for _ in range(2)]
    step, _ = _graphed(sides[0], plan)
    batches = rows(*SIZES)
    expected = sides[1].train(_eager(sides[1], plan), batches, ())
    assert same_bits(sides[0].train(step, batches, ()), expected)
    assert step.refusal == ""


def test_silenced_units_have_a_recording_of_their_own() -> None:
    """Each time others are silenced, what was recorded before is forgotten."""
    side, other = _side(SGD(0.1, momentum=0.9)), _side(SGD(0.1, momentum=0.9))
    step, fake = _graphed(side)
    eager = _eager(other)
    for units in ({}, {"2": (1, 3)}, {"2": (1,)}, {}):
        for each, own in ((step, side), (eager, other)):
            silence(own.model, units)
            each.renew()
        batches = rows(8, 8, 8, 8)
        assert same_bits(side.train(step, batches, ()), other.train(eager, batches, ()))
    assert (step.refusal, fake.made.count("gradients")) == ("", 4)


def test_an_update_is_recorded_once_its_settings_stand_still() -> None:
    """A rate that moves at every step is never recorded; one that rests is, once per shape."""
    moving, resting = _side(SGD(0.1)), _side(SGD(0.1))
    step, fake = _graphed(moving)
    moving.train(step, rows(*[8] * 8), (0.1, 0.2))
    assert fake.made == ["gradients"]
    step, fake = _graphed(resting)
    resting.train(step, rows(*[8] * 8), ())
    assert fake.made == ["gradients", "update"]


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.01, fused=True)], ids=str)
@pytest.mark.parametrize("has_others", [False, True])
def test_a_loaded_checkpoint_is_gone_on_from(
    optimizer: Optimizer, tmp_path: Path, has_others: bool
) -> None:
    """Where the optimizer has other tensors then, its update is recorded anew, the rest is not."""
    results = []
    path = tmp_path / "last.safetensors"
    for kind in ("graphed", "eager"):
        side = _side(optimizer)
        fake = FakeRecorder(side.model, side.optimizer)
        step = _eager(side)
        if kind == "graphed":
            step, fake = _graphed(side)  # type: ignore[assignment]  # both are steps
        first = side.train(step, rows(8, 8, 8, 8), ())
        parts = {
            **named_tensors.model_tensors(side.model),
            **named_tensors.optimizer_tensors(side.optimizer),
        }
        checkpoint.save(path, checkpoint.Checkpoint(parts, {}))
        side.train(step, rows(8, 8), ())
        loaded = checkpoint.load(path)
        named_tensors.copy_model(side.model, loaded)
        if has_others:
            side.optimizer.state = defaultdict(dict)
        named_tensors.load_optimizer(side.optimizer, loaded)
        results.append(first + side.train(step, rows(8, 8, 8, 8), ()))
        if kind == "graphed":
            assert fake.made == ["gradients", "update", *["update"] * has_others]
    assert same_bits(*results)


def test_a_loss_stays_when_the_next_step_is_done() -> None:
    """What a step returns is not the recording's own tensor, which the next one writes into."""
    side = _side(SGD(0.1))
    step, _ = _graphed(side)
    first, second = rows(8, 8)
    loss = step(*first)
    seen = loss.item()
    assert step(*second).item() != seen
    assert loss.item() == seen


def test_preparing_changes_nothing() -> None:
    """Weights, running statistics, optimizer and generators are as they were before."""
    side = _side(Adam(0.01, fused=True))
    step, fake = _graphed(side)
    side.train(step, rows(8), ())
    before = StepState(side.model, side.optimizer)
    step.prepare(*rows(6)[0])
    assert StepState(side.model, side.optimizer).same_as(before)
    assert fake.made == ["gradients", "gradients"]


@pytest.mark.parametrize("refused", ["gradients", "update"])
def test_what_cannot_be_recorded_is_done_eagerly(
    refused: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The bits stay; the log says why, when the training has begun."""
    side, other = _side(SGD(0.1)), _side(SGD(0.1))
    step, fake = _graphed(side)
    fake.refused = (refused,)
    batches = rows(8, 8, 8, 8, 8)
    step.prepare(*batches[0])
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        seen = side.train(step, batches, ())
    assert same_bits(seen, other.train(_eager(other), batches, ()))
    assert len(caplog.messages) == 1
    assert "can't be recorded: operation not permitted" in caplog.messages[0]
    assert ("not permitted" in step.refusal) == (refused == "gradients")


class _Wrong(FakeRecorder):
    """Its replays come out a little different."""

    def __init__(self, side: Side, kind: str) -> None:
        super().__init__(side.model, side.optimizer)
        self._kind = kind

    def record(self, work: Any) -> Any:
        recording, results = super().record(work)
        if self.made[-1] != self._kind:
            return recording, results
        weight = next(self.model.parameters())

        class Shifted:
            def replay(self) -> None:
                recording.replay()
                with torch.no_grad():
                    changed: Tensor = weight if results is None else results.loss
                    changed.add_(1e-6)

        return Shifted(), results


@pytest.mark.parametrize("kind", ["gradients", "update"])
def test_a_recording_with_other_numbers_is_discarded(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The eager step's bits stay, and the log says that they would not have."""
    side, other = _side(SGD(0.1)), _side(SGD(0.1))
    wrong = _Wrong(side, kind)
    step = GraphedStep(
        side.model, side.criterion, side.optimizer, PLAIN, wrong, records_updates=True
    )
    batches = rows(8, 8, 8, 8, 8)
    with caplog.at_level(logging.WARNING):
        seen = side.train(step, batches, ())
    assert same_bits(seen, other.train(_eager(other), batches, ()))
    assert ["differ" in line for line in caplog.messages] == [True]


def test_a_counter_that_is_read_is_not_tried() -> None:
    """A BatchNorm that averages over all batches would break a recording off."""
    side = _side(SGD(0.1), Linear(5), BatchNorm1d(momentum=None), Linear(3))
    step, fake = _graphed(side)
    side.train(step, rows(8, 8), ())
    assert "reads its counter" in step.refusal
    assert fake.made == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_graphs_need_a_cuda_device() -> None:
    """Asked for on the CPU, the message says what to take instead."""
    with pytest.raises(UsageError) as caught:
        Trainer(small(), NOWHERE, "graphed")
    assert str(caught.value) == (
        'executor "graphed": only a CUDA device replays graphs, but this trains on cpu: '
        'use "auto", "eager" or "traced"'
    )


@pytest.mark.parametrize(
    ("asked", "steps", "device", "expected"),
    [
        ("auto", executor.MIN_STEPS, "cuda", "graphed"),
        ("auto", executor.MIN_STEPS - 1, "cuda", "eager"),
        ("auto", executor.MIN_STEPS, "cpu", "traced"),
        ("graphed", 1, "cuda", "graphed"),
        ("traced", 1, "cuda", "traced"),
        ("eager", executor.MIN_STEPS, "cuda", "eager"),
    ],
)
def test_auto_records_long_trainings_on_cuda(
    monkeypatch: pytest.MonkeyPatch, asked: Executor, steps: int, device: str, expected: str
) -> None:
    """The choice follows device and number of steps; a refused recording is told with its reason,
    as eager where it was not asked for."""

    def made(refused: tuple[str, ...]) -> tuple[str, str]:
        side = _side(SGD(0.1))
        fake = FakeRecorder(side.model, side.optimizer)
        fake.refused = refused
        monkeypatch.setattr(recorder, "CudaRecorder", lambda device: fake)
        execution = make_execution(
            asked,
            steps,
            torch.device(device),
            side.model,
            side.criterion,
            side.optimizer,
            PLAIN,
            lambda: rows(8)[0],
            records_updates=True,
        )
        return execution.executor, execution.reason

    assert made(()) == (expected, "")
    if expected == "graphed" and asked == "auto":
        assert made(("gradients",)) == ("eager", "operation not permitted when stream is capturing")
    elif expected == "graphed":
        with pytest.raises(
            UsageError, match='executor "graphed" can\'t be had here: operation not permitted'
        ):
            made(("gradients",))
    else:
        assert made(("gradients",)) == (expected, "")
