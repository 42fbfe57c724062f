"""What a training asks for is a repair like others."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from engine.doctor.case import Case
from engine.doctor.finding import Finding
from engine.doctor.generalization import remedies
from engine.doctor.live.remedies import remedied
from engine.spec.experiment import Experiment
from tests.engine.doctor.cases import DIABETES, experiment, layers

WIDE = layers("Linear(64)", "ReLU", "Linear(64)", "ReLU", "Linear(1)")


def case(one: Experiment, *earlier: Experiment) -> Case:
    return Case(one, one.data.facts(), earlier=lambda: earlier)


def asked(code: str, one: Case) -> Finding:
    """What a live finding of this code becomes."""
    (found,) = remedied([Finding(code, "warning", "here", "so it is", "some prose")], one)
    return found


def test_against_learning_by_heart_of_classes() -> None:
    """Stop at the best epoch, then Dropout, then a smaller network; what is there already is
    offered no more, and in the end a person must decide."""
    one = experiment(WIDE)
    done: list[str] = []
    while (found := asked("overfitting", case(one))).repaired is not None:
        done.append(found.repair)
        one = found.repaired
    assert done == [
        "stop at the best epoch: validation_fraction = 0.2 and patience = 20",
        "put Dropout() behind the hidden layers",
        "make the network smaller: Linear(16), Linear(16)",
        "make the network smaller: Linear(8), Linear(8)",
    ]
    assert [str(layer) for layer in one.layers] == [
        "Linear(8)", "ReLU()", "Dropout()", "Linear(8)", "ReLU()", "Dropout()", "Linear(1)",
    ]  # fmt: skip
    assert found.repair == "some prose"


def test_of_numbers_dropout_comes_last() -> None:
    """It did harm to a regression of few inputs, where a smaller network did none."""
    one = experiment(DIABETES, WIDE, {"validation_fraction": 0.2, "patience": 10})
    assert [remedy.text.split(":")[0] for remedy in remedies(case(one))] == [
        "make the network smaller", "put Dropout() behind the hidden layers",
    ]  # fmt: skip


def test_too_few_samples_say_not_when_to_stop() -> None:
    """A validation split of a few samples is no judge."""
    one = experiment(WIDE, {"data": "moons(samples=60)"})
    assert next(remedies(case(one))).text == "put Dropout() behind the hidden layers"


@pytest.mark.parametrize(
    ("code", "changes", "becomes"),
    [
        ("overflow-ahead", {}, "Adam(lr=0.001)"),
        ("dead-units", {"optimizer": "Adam(lr=0.1)"}, "Adam(lr=0.01)"),
        ("large-updates", {"optimizer": "Adam(lr=5)"}, "Adam(lr=0.1)"),
        ("loss-oscillates", {"optimizer": "Adam(lr=0.03)"}, "Adam(lr=0.01)"),
        ("small-updates", {"optimizer": "Adam(lr=0.00002)"}, "Adam(lr=0.001)"),
        ("exploding-gradient", {"clip_norm": 1.0}, "Adam(lr=0.001)"),
    ],
)
def test_a_rate_that_is_wrong(code: str, changes: dict[str, Any], becomes: str) -> None:
    """It becomes another one, within what the optimizer is used with."""
    found = asked(code, case(experiment(changes)))
    assert found.repaired is not None
    assert str(found.repaired.optimizer) == becomes
    assert found.repair == f"use a learning rate of {found.repaired.optimizer.lr:g}"


def test_the_rate_before_is_gone_back_to() -> None:
    """Where it was smaller, else a part of what there is."""
    before = experiment({"optimizer": "Adam(lr=0.02)"})
    found = asked("large-updates", case(experiment({"optimizer": "Adam(lr=0.1)"}), before))
    assert found.repair == "use a learning rate of 0.02, as before"
    assert found.repaired == before
    found = asked("large-updates", case(experiment({"optimizer": "Adam(lr=0.01)"}), before))
    assert found.repaired == experiment({"optimizer": "Adam(lr=0.001)"})


def test_a_gradient_that_explodes_is_clipped() -> None:
    """Before the rate is lowered."""
    one = experiment()
    found = asked("exploding-gradient", case(one))
    assert found.repaired == dataclasses.replace(one, clip_norm=1.0)


def test_places_that_tell_nothing_cost_less() -> None:
    """A tenth of beta, whatever else the objective has."""
    one = experiment({
        "data": "digits()", "layers": ["Flatten()", "Linear(4)"], "loss": "MSELoss()",
        "objective": "variational([Linear(64)], beta=10.0)", "test_fraction": 0.25,
    })  # fmt: skip
    found = asked("posterior-collapse", case(one))
    assert found.repair == "use beta=1"
    assert found.repaired is not None
    assert str(found.repaired.objective) == "variational([Linear(64)])"


def test_the_rest_is_left_to_a_person() -> None:
    """Its prose stays as it is."""
    found = asked("no-better-than-commonest", case(experiment()))
    assert (found.repair, found.repaired) == ("some prose", None)
