"""The others stand where the first process stands, whatever it does between two steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.runs import events as ev
from engine.training.by_hand import apply
from engine.training.fit import fitting_state
from engine.training.full_state import full_state, kept, put_back
from engine.training.shared.buckets import Buckets
from engine.training.shared.crew import Lead
from engine.training.shared.group import ProcessLost
from engine.training.shared.part import differences, part_size
from engine.training.shared.step import _pieces
from engine.training.trainer import Trainer
from tests.engine.training.shared.crews import crew_of
from tests.engine.training.tiny import NOWHERE, small, weights


def _go_back(trainer: Trainer) -> None:
    path = Path("kept")
    before = kept(full_state(trainer))
    for _ in range(3):
        trainer.step()
    put_back(trainer, before, fitting_state(trainer, before, path))


CHANGES: dict[str, Callable[[Trainer], object]] = {
    "a rate": lambda t: apply(t, ev.LearningRateChanged(step=t.global_step, factor=0.5)),
    "a weight": lambda t: apply(
        t,
        ev.ParameterSet(
            step=t.global_step, layer=(0,), parameter="weight", place=(0, 0), value=2, before=0
        ),
    ),
    "a silenced unit": lambda t: apply(t, ev.UnitSilenced(step=t.global_step, layer=(0,), unit=1)),
    "a layer drawn anew": lambda t: apply(
        t, ev.LayerRedrawn(step=t.global_step, layer=(0,), seed=3)
    ),
    "an earlier state": _go_back,
    "nobody": lambda t: None,
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("batch_size", ["full", 7])
def test_a_change_between_two_steps_reaches_all(name: str, batch_size: int | str) -> None:
    """In the middle of an epoch, while the others have begun the next step already."""
    experiment = small(batch_size=batch_size, epochs=6, optimizer="Adam(lr=0.05)")
    alone = Trainer(experiment, NOWHERE)
    for _ in range(2):
        alone.step()
    CHANGES[name](alone)
    while alone.reason is None:
        alone.step()
    with crew_of(experiment, 2, "eager") as (leader, (other,)):
        for _ in range(2):
            leader.step()
        CHANGES[name](leader)
        while leader.reason is None:
            leader.step()
    assert weights(other) == weights(leader)
    for one, expected in zip(leader.model.parameters(), alone.model.parameters(), strict=True):
        torch.testing.assert_close(one, expected, atol=1e-5, rtol=0)


def test_a_training_that_lost_a_process_goes_on_as_if_nothing_was() -> None:
    """The step that broke is as if it had not begun: its order is drawn again, the same."""
    experiment = small(batch_size=7)
    alone = Trainer(experiment, NOWHERE)
    list(alone.events())
    with crew_of(experiment, 2, "eager") as (leader, _):
        lead = leader.crew
        assert isinstance(lead, Lead)
        for _ in range(4):  # an epoch: the next step draws an order
            leader.step()
        group = lead.group
        assert group is not None
        lead.part()
        with pytest.raises(ProcessLost, match="not met"):
            leader.step()
        assert (leader.global_step, leader.batch) == (4, 0)
        lead.meet(group)
        while leader.reason is None:
            leader.step()
    for one, expected in zip(leader.model.parameters(), alone.model.parameters(), strict=True):
        torch.testing.assert_close(one, expected, atol=1e-5, rtol=0)


def test_what_a_process_can_not_compute_is_known_to_all() -> None:
    """BCELoss raises for outputs that are no numbers: the training has diverged, and none waits."""
    with crew_of(small(batch_size=7), 2, "eager") as (leader, (other,)):
        leader.step()
        with torch.no_grad():
            next(leader.model.parameters()).fill_(math.nan)
        (diverged,) = leader.step()
        assert isinstance(diverged, ev.Diverged)
    assert leader.reason == "diverged"
    assert weights(other) == weights(leader)


@pytest.mark.parametrize("number", [0.1, 1e-3, 1 / 3, 1e-12, 12345.678901234567, 0.0])
def test_a_rate_arrives_to_the_last_bit(number: float) -> None:
    """As three float32 numbers, beside the gradients."""
    pieces = _pieces(number)
    assert sum(pieces) == number
    assert torch.tensor(pieces).double().sum().item() == number


class _Sums:
    """A group of one that notes what is sent."""

    rank = 0

    def __init__(self) -> None:
        self.sent: list[int] = []

    def sum(self, tensor: Tensor) -> Callable[[], None]:
        self.sent.append(len(tensor))
        return lambda: None


def test_buckets_go_as_soon_as_they_are_full_and_in_one_order() -> None:
    """The last parameters first; a bucket that is full early waits for those before it."""
    parameters = [nn.Parameter(torch.zeros(size)) for size in (2, 3, 4)]
    buckets = Buckets(parameters, num_slots=1, most_bytes=16)
    sums = _Sums()
    buckets.begin(sums, 1.0)  # type: ignore[arg-type]  # what is used of a Group
    buckets.filled(parameters[1])
    assert sums.sent == []
    buckets.filled(parameters[2])
    assert sums.sent == [4, 3]
    buckets.finish()
    assert sums.sent == [4, 3, 3]


@pytest.mark.parametrize(("size", "count", "own"), [(7, 2, 4), (1, 3, 1), (6, 3, 2)])
def test_the_first_process_has_the_longest_part(size: int, count: int, own: int) -> None:
    """So it has a sample of every batch."""
    assert part_size(size, Lead(count)) == own


def test_what_differs_from_one_process_is_said() -> None:
    """A batch normalization sees a part, a dropout draws by itself; other layers do neither."""
    layers = ["Linear(4)", "BatchNorm1d()", "ReLU()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"]
    told = list(differences(Trainer(small(layers=layers), NOWHERE)))
    assert [text.split()[0] for text in told] == ["BatchNorm1d", "Dropout"]
    assert not list(differences(Trainer(small(), NOWHERE)))
