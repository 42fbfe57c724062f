"""What the traced step does besides arithmetic: when it traces, when it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn, optim

from engine.parts.layers.activation import ReLU
from engine.parts.layers.dense import Dropout, Identity, Linear
from engine.parts.layers.normalization import BatchNorm1d
from engine.parts.losses import CrossEntropyLoss
from engine.parts.optimizers import SGD, Adam, Optimizer
from engine.training import checkpoint, named_tensors
from engine.training.step import EagerStep, Regularization
from engine.training.traced import TracedStep
from engine.training.traced.program import Program
from engine.training.traced.step_state import StepState, same_bits, tensors
from tests.engine.training.traced_pair import Side, rows

LAYERS = (Linear(5), BatchNorm1d(), ReLU(), Dropout(0.2), Linear(3))
PLAIN = Regularization()


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Small networks train on one thread, as they do in a run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _side(optimizer: Optimizer) -> Side:
    return Side(LAYERS, (4,), CrossEntropyLoss(), optimizer)


def _traced(side: Side) -> TracedStep:
    return TracedStep(side.model, side.criterion, side.optimizer, PLAIN)


def _eager(side: Side) -> EagerStep:
    return EagerStep(side.model, side.criterion, side.optimizer, PLAIN)


def test_a_network_without_parameters_stays_eager() -> None:
    """There is nothing to trace, and the refusal says so."""
    model = nn.Sequential(nn.Identity())
    never_used = optim.SGD([torch.zeros(1)], lr=0.1)
    step = TracedStep(model, nn.CrossEntropyLoss(), never_used, PLAIN)
    inputs, targets = rows(6, features=3)[0]
    assert torch.equal(step(inputs, targets), nn.functional.cross_entropy(inputs, targets))
    assert "no parameters" in step.refusal
    assert step.gradient_norm() == 0.0


def test_an_unknown_optimizer_stays_eager() -> None:
    """An optimizer without a written update trains by its own step."""
    side, other = _side(SGD(0.1)), _side(SGD(0.1))
    for one in (side, other):
        one.optimizer = optim.Rprop(one.model.parameters())
    step = _traced(side)
    batches = rows(8, 8, 8)
    assert same_bits(side.train(step, batches, ()), other.train(_eager(other), batches, ()))
    assert step.refusal == "Rprop has no traced form of its own steps yet"


class _Counting(nn.Module):
    """Scales by how often it was called, which a trace can't see."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        return inputs * float(self.calls)


def test_a_trace_with_other_numbers_is_discarded() -> None:
    """A network whose trace differs from its eager step trains eagerly, with a reason."""
    model = nn.Sequential(nn.Linear(4, 3), _Counting())
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    step = TracedStep(model, nn.CrossEntropyLoss(), optimizer, PLAIN)
    for batch in rows(8, 8):
        step(*batch)
    assert "differ" in step.refusal


def test_refusing_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a refusal the run goes on as if nothing had been tried, generators included."""
    side, other = _side(Adam(0.01)), _side(Adam(0.01))
    step = _traced(side)
    monkeypatch.setattr(StepState, "same_as", lambda self, other: False)
    batches = rows(8, 8, 8)
    assert same_bits(side.train(step, batches, ()), other.train(_eager(other), batches, ()))
    assert step.refusal


def test_a_loaded_checkpoint_is_used(tmp_path: Path) -> None:
    """After a checkpoint was loaded the traced step goes on from it, as the eager one does."""
    results = []
    for kind in (_traced, _eager):
        side = _side(Adam(0.01))
        step = kind(side)
        first = side.train(step, rows(8, 8, 8), ())
        path = tmp_path / "last.safetensors"
        parts = {
            **named_tensors.model_tensors(side.model),
            **named_tensors.optimizer_tensors(side.optimizer),
        }
        checkpoint.save(path, checkpoint.Checkpoint(parts, {}))
        second = side.train(step, rows(8, 8), ())
        loaded = checkpoint.load(path)
        named_tensors.copy_model(side.model, loaded)
        named_tensors.load_optimizer(side.optimizer, loaded)
        assert same_bits(tensors(side.model, side.optimizer), first[-len(second) + 6 :])
        results.append(first + second + side.train(step, rows(8, 8), ()))
    assert same_bits(*results)


def test_momentum_that_comes_and_goes() -> None:
    """A schedule may set the momentum to zero and back; the bits stay the eager step's."""
    results = []
    for kind in (_traced, _eager):
        side = _side(SGD(0.1, momentum=0.9))
        step = kind(side)
        seen: list[Tensor] = []
        for momentum in (0.9, 0.0, 0.5, 0.0, 0.95):
            side.optimizer.param_groups[0]["momentum"] = momentum
            seen += side.train(step, rows(8), ())
        results.append(seen)
    assert same_bits(*results)


def test_a_diverging_training_is_traced_to_the_same_infinities() -> None:
    """Losses that become infinite or NaN do so in both steps alike."""
    results = []
    for kind in (_traced, _eager):
        side = _side(SGD(1e30))
        results.append(side.train(kind(side), rows(8, 8, 8, 8), ()))
    assert same_bits(*results)
    assert not results[0][9].isfinite()


def test_each_batch_shape_is_traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shape that was seen before is not traced again."""
    made: list[tuple[int, ...]] = []
    build = Program.__init__

    def counted(self: Program, *arguments: object, **named: object) -> None:
        batch = arguments[4]
        assert isinstance(batch, tuple)
        made.append(tuple(batch[0].shape))
        build(self, *arguments, **named)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(Program, "__init__", counted)
    side = _side(SGD(0.1))
    side.train(_traced(side), rows(8, 3, 8, 3, 8), ())
    assert made == [(8, 4), (3, 4)]


def test_the_source_has_no_call_that_changes_nothing() -> None:
    """Cleaning leaves no detach, alias or double transpose, and makes the seed gradient once."""
    side = Side((Linear(5), Identity(), Linear(3)), (4,), CrossEntropyLoss(), SGD(0.1))
    program = Program(side.model, side.criterion, side.optimizer, PLAIN, rows(8)[0])
    for name in ("detach", "alias", "ones_like", "view"):
        assert name not in program.source
    # Two gradients of outputs are transposed, nothing else: of weights there are views.
    assert program.source.count("aten.t(") == 2
