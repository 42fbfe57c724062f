"""The figures of a data set, as they are sent to a client."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.doctor.statistics import Spread
from engine.service.protocol.description import Description
from engine.service.worker.preparation import prepare
from engine.service.worker.statistics import describe
from tests.engine.training.tiny import NOWHERE, small


def sent(**changes: object) -> Description:
    """What a client gets to know of an experiment's data."""
    found = describe(small(**changes), NOWHERE)
    return msgspec.json.decode(msgspec.json.encode(found), type=Description)


def test_numbers_to_predict_have_their_figures(tmp_path: Path) -> None:
    """Of a regression: lowest, highest, mean and deviation of the target, and no classes."""
    file = tmp_path / "t.csv"
    file.write_text("x,y\n1,100\n2,200\n3,300\n4,400.5\n", "utf-8")
    data = f'csv("{file}", target="y", task="regression")'
    found = sent(data=data, loss="MSELoss()", layers=["Linear(1)"])
    (target,) = found.targets
    assert (target.lowest, target.highest, target.mean) == (100.0, 400.5, 250.125)
    assert target.deviation == pytest.approx(111.971, abs=1e-3)
    assert target.size == pytest.approx(274.04, abs=1e-2)
    assert found.class_counts == []


def test_classes_have_their_counts() -> None:
    """Of a classification: the samples of each class, and no number to predict."""
    found = sent()
    assert sum(found.class_counts) == 24
    assert found.targets == []


def test_size_is_a_root_mean_square() -> None:
    """Mean and deviation count alike."""
    assert Spread(0.0, 8.0, 3.0, 4.0).size == 5.0


def test_the_points_that_are_held_back_are_those_of_the_training() -> None:
    """What is drawn before a training is what it will be tested on."""
    experiment = small(data="circle(samples=24, noise=0.1)", test_fraction=0.25, seed=3)
    told = {(point.x1, point.x2) for point in describe(experiment, NOWHERE).points if point.is_test}
    test = prepare(experiment, NOWHERE, "eager").splits.test
    assert test is not None
    assert test.points is not None
    assert told == {(x1, x2) for x1, x2 in test.points.tolist()}
    assert len(told) == 6


def test_points_of_which_more_are_made_are_told() -> None:
    """They are of no class: all are drawn alike, and those that are held back hollow."""
    made = {"objective": "flow()", "loss": "MSELoss()", "layers": ["Linear(2)"]}
    found = sent(data="moons(samples=24)", test_fraction=0.25, **made)
    assert {point.target for point in found.points} == {0}
    assert [point.is_test for point in found.points].count(True) == 6
