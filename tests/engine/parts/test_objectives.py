"""Objectives: a class in a file is read, checked, trained, gone on with and printed as a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.errors import BadExperiment
from engine.parts.component import Component
from engine.parts.data import Facts
from engine.parts.objectives import Objective, Supervised
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.stackable import why_alone
from engine.spec.writer import to_toml
from engine.training.full_state import full_state, restore
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import NOWHERE, assert_repeated, small


def doubled_back(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What comes in is to come out, twice as large."""
    return inputs, 2 * inputs


@pytest.fixture
def twice() -> Iterator[type[Objective]]:
    """An objective that nothing in the engine knows of."""

    class Twice(Objective, name="twice"):
        """Give what comes in, twice as large."""

        pose = staticmethod(doubled_back)
        is_stackable = False

        def refusal(self, facts: Facts) -> str:
            return "" if facts.planar else "twice() takes points: use moons()"

        def asked(self, facts: Facts) -> Facts:
            return replace(facts, task="regression", classes=(), num_targets=2)

    yield Twice
    assert Component._registry["objective"].pop("twice") is Twice


def _doubling(**changes: object) -> Experiment:
    raw = {"objective": "twice()", "layers": ["Linear(4)", "Tanh()", "Linear(2)"]}
    return small(**{**raw, "loss": "MSELoss()", "test_fraction": 0.25, "batch_size": 8, **changes})


def test_the_family_is_complete() -> None:
    """Every objective is listed here."""
    assert sorted(Objective.members()) == [
        *("adversarial", "autoencode", "denoise", "flow", "next_token"),
        *("supervised", "variational"),
    ]


def test_where_nothing_is_said_the_datas_own_targets_are_asked_for() -> None:
    """The default is supervised, which is not written and leaves data and facts as they are."""
    experiment = small()
    assert experiment.objective == Supervised()
    assert "objective" not in to_toml(experiment)
    assert experiment.facts() is not None
    assert experiment.facts() == experiment.data.facts()


def test_an_objective_is_read_checked_and_written(twice: type[Objective]) -> None:
    """The network is checked against what it is asked, and that the data can be asked so."""
    experiment = _doubling()
    assert isinstance(experiment.objective, twice)
    assert 'objective = "twice()"' in to_toml(experiment)
    facts = experiment.facts()
    assert facts is not None
    assert (facts.task, facts.num_targets, facts.objective) == ("regression", 2, "twice")
    assert experiment.objective.facts(facts) is facts, "they are made once"
    with pytest.raises(BadExperiment, match=r"loss: MSELoss\(\) needs 2 outputs"):
        _doubling(layers=["Linear(3)"])
    with pytest.raises(BadExperiment, match=r"objective: twice\(\) takes points: use moons\(\)"):
        _doubling(data="wave()")
    assert why_alone(experiment) == "twice has no stacked form"


def test_the_trainer_asks_what_the_objective_says(twice: type[Objective]) -> None:
    """Every split has the posed targets, and the record says what was asked."""
    trainer = Trainer(_doubling(), NOWHERE)
    for split in trainer.splits.named().values():
        assert torch.equal(split.targets, 2 * split.inputs)
    assert trainer.started("r").facts["objective"] == "twice"


def test_a_script_asks_the_same(twice: type[Objective]) -> None:
    """The pose is printed, and the losses are the same to the last digit."""
    assert_repeated(_doubling(epochs=3))


def test_a_training_goes_on_where_it_stood(twice: type[Objective]) -> None:
    """After a stop within an epoch the losses are those of a training without one."""
    whole = Trainer(_doubling(epochs=3), NOWHERE)
    list(whole.events())
    first = Trainer(_doubling(epochs=3), NOWHERE)
    for _ in range(5):
        first.step()
    state = full_state(first)
    then = Trainer(_doubling(epochs=3), NOWHERE)
    restore(then, state, Path("state"))
    list(then.events())
    assert then.losses.points() == whole.losses.points()
    ours, theirs = then.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_an_unknown_objective_is_named() -> None:
    """A misspelled objective is answered with the nearest one."""
    with pytest.raises(BadExperiment, match=r'unknown objective "supervise".*supervised'):
        from_raw({**_RAW, "objective": "supervise()"})


_RAW = {
    "data": "circle(samples=40)",
    "layers": ["Linear(1)"],
    "loss": "MSELoss()",
    "optimizer": "SGD(lr=0.1)",
}
