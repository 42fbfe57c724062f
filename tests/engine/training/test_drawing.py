"""The samples of an epoch where each class is to come as often."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import BadCheckpoint
from engine.parts.data.generators.sampling import balanced_order
from engine.training.checkpoint import Checkpoint
from engine.training.executor import Executor
from engine.training.full_state import full_state, kept, restore
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small, weights

DATA = "gaussians(samples=40)"
BATCHES = {"batch_size": 7, "sampler": "balanced", "epochs": 3}


def test_each_class_comes_as_often() -> None:
    """Nine of ten are of one class, none is of another; samples of a class come alike often."""
    torch.manual_seed(0)
    classes = torch.tensor([0] * 900 + [2] * 100)[torch.randperm(1000)]
    drawn = torch.cat([balanced_order(classes) for _ in range(50)])
    counts = classes[drawn].bincount().tolist()
    assert counts[1] == 0
    assert abs(counts[0] - 25_000) < 500  # four and a half deviations
    each = drawn.bincount(minlength=1000)[classes == 2]
    assert each.min() > 180  # 250 are expected
    assert each.max() < 320


def test_the_same_seed_draws_the_same() -> None:
    """And as many as there are, from the global generator."""
    orders = []
    for _ in range(2):
        torch.manual_seed(3)
        orders.append(balanced_order(torch.tensor([0, 1, 1, 1, 0])).tolist())
    assert orders[0] == orders[1]
    assert len(orders[0]) == 5


@pytest.mark.parametrize("batch_size", [7, "full"])
def test_a_training_draws_each_epoch_anew(batch_size: int | str) -> None:
    """With replacement, also where an epoch is one batch; traced steps are those of eager ones."""
    experiment = small(data=DATA, **{**BATCHES, "batch_size": batch_size})
    executors: tuple[Executor, ...] = ("eager", "traced")
    found = []
    for executor in executors:
        with flushed_denormals():
            trainer = Trainer(experiment, NOWHERE, executor)
            orders = []
            while trainer.reason is None:
                trainer.step()
                assert trainer.batches.order is not None
                if not trainer.batch:
                    orders.append(trainer.batches.order.tolist())
            found.append((orders, weights(trainer), [repr(p) for p in trainer.losses.points()]))
    assert found[0] == found[1]
    assert len({tuple(order) for order in found[0][0]}) == 3
    assert any(len(set(order)) < len(order) for order in found[0][0])


def test_it_goes_on_in_the_middle_of_an_epoch() -> None:
    """With the samples that were drawn for it, to the last bit."""
    experiment = small(data=DATA, **BATCHES)
    with flushed_denormals():
        whole = Trainer(experiment, NOWHERE)
        list(whole.events())
        half = Trainer(experiment, NOWHERE)
        for _ in range(8):
            half.step()
        stored = kept(full_state(half))
        again = Trainer(experiment, NOWHERE)
        restore(again, stored, Path("last"))
        list(again.events())
    assert weights(again) == weights(whole)


def test_an_order_that_can_not_be_drawn_is_refused() -> None:
    """A sample that there is not, as of a checkpoint that was changed."""
    trainer = Trainer(small(data=DATA, **BATCHES), NOWHERE)
    trainer.step()
    stored = full_state(trainer)
    order = stored.tensors["order"].clone()
    order[0] = 40
    changed = Checkpoint({**stored.tensors, "order": order}, stored.state)
    with pytest.raises(BadCheckpoint, match="the order of its samples is none of 40"):
        restore(trainer, changed, Path("last"))
