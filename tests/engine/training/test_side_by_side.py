"""Two copies are trained for a moment, with the numbers that each has alone."""

from __future__ import annotations

import torch

from engine.runs.side_by_side import SideBySide
from engine.service import protocol as p
from engine.service.worker.queries import Queries
from engine.spec.writer import to_toml
from engine.training.side_by_side import side_by_side
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small

LONG_S = 60.0


def test_both_have_the_numbers_that_they_have_alone() -> None:
    """The second draws nothing of the first's."""
    first, second = (
        small(epochs=5),
        small(epochs=5, layers=["Linear(3)", "Tanh()", "Linear(1)", "Sigmoid()"]),
    )
    both = side_by_side(first, second, NOWHERE, LONG_S)
    for experiment, tried in ((first, both.first), (second, both.second)):
        alone = Trainer(experiment, NOWHERE, "eager")
        losses = []
        while alone.reason is None:
            alone.step()
            losses.append(alone.newest_loss)
        assert tried.losses == losses
        assert (tried.epochs, tried.steps, tried.is_over) == (5, 5, True)
        assert tried.metrics["train_loss"] == alone.evaluator.metrics(alone.splits.train)["loss"]
    assert both.first.num_parameters != both.second.num_parameters


def test_the_second_sees_as_many_samples_as_the_first() -> None:
    """However different their batches are."""
    both = side_by_side(
        small(epochs=3, batch_size=8), small(epochs=1000, batch_size="full"), NOWHERE, LONG_S
    )
    assert both.first.is_over
    assert both.second.epochs == 3


def test_it_ends_in_time() -> None:
    both = side_by_side(small(epochs=10**6), small(epochs=10**6, seed=1), NOWHERE, 0.0)
    assert both.first.steps == both.second.steps == 1
    assert not both.first.is_over


def test_nothing_of_a_training_changes() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    toml = to_toml(small(epochs=2), complete=True)
    request = p.TrainBoth(toml=toml, other_toml=toml, data_dir="")
    found = Queries(lambda _: NOWHERE).answer(request)
    assert isinstance(found, SideBySide)
    assert found.first == found.second
    assert torch.equal(torch.get_rng_state(), before)
