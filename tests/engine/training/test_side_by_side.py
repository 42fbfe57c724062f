"""What an update is about lies in one buffer, and nothing else notices."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

from engine.training.full_state import full_state, kept, restore
from engine.training.kept_state import KeptState
from engine.training.step import EagerStep, Regularization
from engine.training.traced import TracedStep
from engine.training.traced.program import Program
from engine.training.traced.side_by_side import ALIGNED_BYTES, SideBySide, side_by_side
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, bits, small

FIELDS: dict[str, Any] = {
    "data": "moons(samples=30)",
    "layers": ["Linear(5)", "Tanh()", "Linear(3)", "Tanh()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 10,
    "epochs": 6,
}


def _storages(tensors: Iterable[Tensor]) -> set[int]:
    return {tensor.untyped_storage().data_ptr() for tensor in tensors}


def _step(trainer: Trainer) -> TracedStep:
    step = trainer.execution.step
    assert isinstance(step, TracedStep)
    return step


def _kept(trainer: Trainer, name: str) -> list[Tensor]:
    return [own[name] for own in trainer.optimizer.state.values()]


def test_tensors_keep_their_numbers_and_lie_as_their_own_would() -> None:
    """Each begins at a multiple of 64 bytes, group after group, in the order of the parameters."""
    parameters = [nn.Parameter(torch.randn(shape)) for shape in ((3, 2), (), (17,), (1,))]
    before = [one.detach().clone() for one in parameters]
    gathered = SideBySide(parameters, [1, 0, 1, 0])
    assert gathered.groups == [0, 1]
    assert [len(lot) for lot in gathered.weights] == [32, 48]
    assert all(torch.equal(one, own) for one, own in zip(parameters, before, strict=True))
    assert {one.data_ptr() % ALIGNED_BYTES for one in parameters} == {0}
    assert len(_storages([*parameters])) == 1
    for number, gradient in enumerate(gathered.tensors(gathered.gradients)):
        gradient.fill_(number)
    assert gathered.gradients[0].tolist() == [1.0, *[0.0] * 15, 3.0, *[0.0] * 15]
    assert gathered.gradients[1].tolist() == [*[0.0] * 16, *[2.0] * 17, *[0.0] * 15]


def test_what_can_not_lie_in_one_buffer_stays_where_it_is() -> None:
    """Nothing, several types, and what is spread over the memory."""
    float64 = nn.Parameter(torch.zeros(2, dtype=torch.float64))
    assert side_by_side([], []) is None
    assert side_by_side([nn.Parameter(torch.zeros(2)), float64], [0, 0]) is None
    assert side_by_side([nn.Parameter(torch.zeros(3, 2).t())], [0]) is None


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_update_serves_all_parameters(optimizer: str) -> None:
    """One call for each line of the update, whatever the number of tensors; the state that a
    checkpoint holds is still told by parameter."""
    trainer = Trainer(small(**FIELDS, optimizer=optimizer), NOWHERE, "traced")
    for _ in range(3):
        trainer.step()
    step = _step(trainer)
    (program,) = step._steps.values()
    assert isinstance(program, Program)
    lines = [line for line in program.source.splitlines() if "parameter_of0." in line]
    assert len(lines) == len([one for one in program._update.lines if "parameter#." in one]) >= 1
    assert "parameter0." not in program.source
    assert len(_storages([*trainer.model.parameters()])) == 1
    for name in program._update.state:
        assert len(_storages(_kept(trainer, name))) == 1
    eager = Trainer(small(**FIELDS, optimizer=optimizer), NOWHERE, "eager")
    for _ in range(3):
        eager.step()
    assert bits(full_state(trainer).tensors) == bits(full_state(eager).tensors)


def test_groups_are_updated_with_their_own_numbers() -> None:
    """A buffer has a part for each group, which learns at its own rate."""
    found = []
    for make in (EagerStep, TracedStep):
        torch.manual_seed(3)
        first, last = nn.Linear(2, 4), nn.Linear(4, 2)
        model = nn.Sequential(first, nn.Tanh(), last)
        groups = [
            {"params": [first.weight, last.bias], "lr": 0.1},
            {"params": [first.bias, last.weight], "lr": 0.01},
        ]
        step = make(model, nn.CrossEntropyLoss(), optim.Adam(groups), Regularization())
        inputs, targets = torch.randn(6, 2), torch.tensor([0, 1, 0, 1, 1, 0])
        losses = [step(inputs, targets).item() for _ in range(4)]
        found.append((losses, [one.tolist() for one in model.parameters()]))
    assert isinstance(step, TracedStep)
    (program,) = step._steps.values()
    assert isinstance(program, Program)
    line = "parameter_of1.addcdiv_(exp_avg_of1, scale_of1, value=minus_size_1)"
    assert line in program.source
    assert found[0] == found[1]


def test_frozen_layers_are_no_part_of_it() -> None:
    """Only what is trained lies there; the frozen weights stay as they are."""
    trainer = Trainer(small(**FIELDS, optimizer="Adam(lr=0.1)", freeze=[0]), NOWHERE, "traced")
    frozen = {**trainer.model[0].state_dict()}
    before = {name: tensor.clone() for name, tensor in frozen.items()}
    for _ in range(4):
        trainer.step()
    trained = [one for one in trainer.model.parameters() if one.requires_grad]
    assert len(_storages(trained)) == 1
    assert not _storages(trained) & _storages([*trainer.model[0].parameters()])
    assert bits(frozen) == bits(before)


def test_who_copies_the_state_learns_that_it_was_moved() -> None:
    """A kept state that was made of the tensors before fits no more; one of those after does."""
    trainer = Trainer(small(**FIELDS, optimizer="Adam(lr=0.1)"), NOWHERE, "traced")
    trainer.step()
    room = KeptState(trainer)
    trainer.step()
    assert room.fits(), "the first step has moved it already"
    state = kept(full_state(trainer))
    trainer.optimizer.load_state_dict(trainer.optimizer.state_dict())  # tensors of its own
    other = KeptState(trainer)
    trainer.step()
    assert not room.fits()
    assert not other.fits()
    expected = bits(full_state(trainer).tensors)
    restore(trainer, state, Path("middle"))
    trainer.step()
    assert bits(full_state(trainer).tensors) == expected


def test_a_weight_that_is_set_by_hand_is_what_the_next_step_updates() -> None:
    """It is written where the update reads."""
    trainers = [
        Trainer(small(**FIELDS, optimizer="Adam(lr=0.1)"), NOWHERE, executor)
        for executor in ("eager", "traced")
    ]
    for trainer in trainers:
        torch.manual_seed(5)
        for _ in range(2):
            trainer.step()
        with torch.no_grad():
            trainer.model.get_parameter("2.weight").detach()[1, 2] = 7.0
        trainer.step()
    assert trainers[0].model.get_parameter("2.weight")[1, 2] != 7.0
    assert bits(trainers[0].model.state_dict()) == bits(trainers[1].model.state_dict())
