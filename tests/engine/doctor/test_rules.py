"""Each rule finds what it is for, says its figure, and leaves its near twin alone."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings

from engine.doctor.case import Case
from engine.doctor.examination import examine, known_facts, repaired, repairs
from engine.doctor.finding import SEVERITIES, Finding
from engine.doctor.rates import is_usual, rate_of
from engine.doctor.rules import ALL, files, leaks
from engine.doctor.rules.optimization import MOST_S
from engine.doctor.statistics import Statistics
from engine.parts.layers.dense import Linear
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.engine.doctor.cases import CLASSES, PAIRS, Pair, experiment, layers, planar
from tests.engine.doctor.practice_cases import PRACTICE
from tests.engine.spec.strategies import experiments
from tests.thoroughness import examples

EVERY = [*PAIRS, *PRACTICE]
OF_FILES = {rule.code for rule in (*leaks.RULES, *files.RULES)}
"""Rules that need a file: test_questions.py and test_files.py have their cases."""


def of(pair: Pair, found: list[Finding]) -> list[Finding]:
    """The findings of a pair's rule, severity and place."""
    wanted = (pair.code, pair.severity, pair.place)
    return [one for one in found if (one.code, one.severity, one.place) == wanted]


def valid(one: Experiment) -> bool:
    """Whether an experiment's TOML is read back as the same experiment without a problem."""
    return from_raw(parse_toml(to_toml(one, complete=True))) == one


def texts(one: Experiment) -> dict[str, str]:
    """Every field as text; layers with spaces between."""
    values = {name: str(value) for name, value in one.values().items()}
    return values | {"layers": " ".join(map(str, one.layers))}


@pytest.mark.parametrize("pair", EVERY, ids=str)
def test_sick_experiment_draws_the_finding(pair: Pair) -> None:
    """The finding is drawn once, with its severity, its place and the experiment's figure."""
    (found,) = of(pair, examine(pair.sick, pair.sick_statistics))

    assert pair.figure in found.message
    assert found.message.count(". ") == 0
    assert not found.message.endswith(".")


def test_columns_are_called_by_name(tmp_path: Path) -> None:
    """Also behind one that becomes several inputs: `sex=male`, never the number of an input."""
    table = tmp_path / "t.csv"
    rows = [f"{('f', 'm')[n % 2]},{1000 * n},{n % 2}" for n in range(12)]
    table.write_text("\n".join(["sex,pay,y", *rows]), "utf-8")
    one = from_raw(
        {
            "data": f"csv({str(table)!r}, 'y')",
            "layers": ["Linear(1)"],
            "loss": "BCEWithLogitsLoss()",
            "optimizer": "SGD(lr=0.1)",
        }
    )
    known = Statistics((0, 0, 0), (1, 1, 11000), (0.5, 0.5, 5500), (0.5, 0.5, 3452), (6, 6))
    (found,) = [f for f in examine(one, known) if f.code == "unscaled-features"]
    assert found.message.startswith("pay (from 0 to 1.1e+04) varies 6,900 times as much as sex=f ")


def test_pixels_of_ones_own_are_scaled_by_what_is_known_of_them(tmp_path: Path) -> None:
    """Nobody looked: about what pictures have; where their figures are known, those."""
    numpy.savez(
        tmp_path / "p.npz",
        x=numpy.arange(640, dtype="u1").reshape(40, 4, 4),
        y=[n % 4 for n in range(40)],
    )
    one = from_raw(
        {
            "data": f"npz({str(tmp_path / 'p.npz')!r}, std=0.004, task='classification')",
            "layers": ["Flatten()", "Linear(4)"],
            "loss": "CrossEntropyLoss()",
            "optimizer": "SGD(lr=0.1)",
        }
    )
    looked = Statistics((0.0,), (255.0,), (51.0,), (25.5,), (10, 10, 10, 10))
    for known, figure, repair in (
        (None, "of about 62", "use mean=0.5, std=0.25"),
        (looked, "of about 25", "use mean=0.2, std=0.1"),
    ):
        (found,) = [f for f in examine(one, known) if f.code == "unscaled-pixels"]
        assert figure in found.message
        assert found.repair == repair
        assert found.repaired is not None


@pytest.mark.parametrize("pair", EVERY, ids=str)
def test_near_twin_does_not(pair: Pair) -> None:
    """What differs in the decisive point only draws no such finding."""
    assert of(pair, examine(pair.twin, pair.twin_statistics)) == []


@pytest.mark.parametrize("pair", EVERY, ids=str)
def test_repair_is_valid_and_cures(pair: Pair) -> None:
    """The repaired experiment is valid, is what the table says, and draws no such finding."""
    (found,) = of(pair, examine(pair.sick, pair.sick_statistics))
    if not pair.repaired:
        assert found.repaired is None
        return
    assert found.repair
    assert found.repaired is not None
    assert valid(found.repaired)
    cured = texts(found.repaired)
    assert {name: cured[name] for name in pair.repaired} == {
        name: text.strip() for name, text in pair.repaired.items()
    }
    assert of(pair, examine(found.repaired, pair.sick_statistics)) == []


@pytest.mark.parametrize("pair", EVERY, ids=str)
def test_no_repair_asks_what_another_rule_forbids(pair: Pair) -> None:
    """No rate that its optimizer is not used with, and no training that nobody waits for."""
    for found in examine(pair.sick, pair.sick_statistics):
        if found.repaired is None:
            continue
        before, after = (
            Case(pair.sick, known_facts(pair.sick)),
            Case(found.repaired, known_facts(found.repaired)),
        )
        assert is_usual(found.repaired) or rate_of(found.repaired) == rate_of(pair.sick)
        took, takes = (case.step_s * case.num_steps for case in (before, after))
        assert takes <= max(MOST_S, 1.5 * took)


@pytest.mark.parametrize("asked", [128, 64, 12])
def test_a_batch_without_a_rest_is_near_the_one_asked_for(asked: int) -> None:
    """Where a last batch of one is left, one sample less a batch is enough."""
    one = experiment(
        {"data": f"moons(samples={3 * asked + 1})", "batch_size": asked, "test_fraction": 0.0},
        layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)"),
    )
    (found,) = [f for f in examine(one) if f.code == "batchnorm-single"]
    assert found.repaired is not None
    assert found.repaired.batch_size == asked - 1


def test_a_rate_is_looked_for_in_what_was_before() -> None:
    """The newest usual one of the same optimizer, before the one to begin with."""
    rates = ("Adam(lr=50)", "SGD(lr=0.3)", "Adam(lr=0.02)", "Adam(lr=0.03)")
    earlier = tuple(experiment({"optimizer": rate}) for rate in rates)
    (found,) = examine(experiment({"optimizer": "Adam(lr=100)"}), earlier=lambda: earlier)
    assert (found.code, found.repair) == ("learning-rate-range", "use 0.02, as before")
    assert found.repaired == experiment({"optimizer": "Adam(lr=0.02)"})


def test_repairs_go_on_until_none_is_left() -> None:
    """One after the other, each of the experiment with those before it."""
    sick = experiment({"optimizer": "Adam(lr=100)", "patience": 5, "epochs": 40})
    chain = list(repairs(sick))
    assert [one.code for one in chain] == [
        "learning-rate-range", "too-few-steps", "selection-on-training",
    ]  # fmt: skip
    assert chain[-1].repaired == repaired(sick)
    assert [f for f in examine(repaired(sick)) if f.repaired] == []


def test_every_rule_has_a_pair() -> None:
    """No code is without an experiment that provokes it, and none is used twice."""
    codes = [rule.code for rule in ALL]
    assert len(codes) == len(set(codes))
    assert set(codes) - OF_FILES == {pair.code for pair in EVERY}
    assert all(rule.function.__doc__ for rule in ALL)


def test_healthy_experiment_draws_nothing() -> None:
    """Nothing at all is said of a plain, healthy experiment, its data known."""
    assert examine(experiment(), planar()) == []


def test_wrong_width_is_repaired() -> None:
    """An output too few for the classes is an error that a click repairs."""
    sick = dataclasses.replace(experiment(CLASSES), layers=(Linear(3),))
    (found,) = [one for one in examine(sick) if one.severity == "error"]
    assert (found.code, found.place) == ("output-width", "layers[0]")
    assert "end with Linear(2)" in found.message
    assert found.repaired is not None
    assert found.repaired.layers == (Linear(2),)


def test_gravest_comes_first() -> None:
    """Errors stand before warnings, warnings before what is only worth knowing."""
    sick = experiment(
        CLASSES, {"epochs": 10, "seed": "random"},
        layers("Linear(16)", "ReLU", "Dropout(0.0)", "Linear(2)", "Softmax"),
    )  # fmt: skip
    severities = [one.severity for one in examine(sick)]
    assert severities == ["error", "warning", "warning", "info"]


def test_what_keeps_it_from_learning_comes_before_what_tells_too_little() -> None:
    """Of equally grave findings: a rate far too high stands before a missing test split."""
    raw = {"data": "circle(samples=400)", "optimizer": "SGD(lr=100)", "test_fraction": 0.0}
    codes = [finding.code for finding in examine(experiment(raw))]
    assert codes.index("learning-rate-range") < codes.index("no-test-split")


def test_what_was_told_goes_with_a_repair() -> None:
    """What was measured, expected and known of an experiment does not outlive its change."""
    told = {"measured": {"train_loss": [0.1, 0.2]}, "expect": "It is slow.", "healthy": False}
    cured = repaired(experiment({"seed": "random", "summary": "Two moons."}, told))
    assert (cured.measured, cured.expect, cured.healthy) == (None, "", True)
    assert cured.summary == "Two moons."
    assert repaired(experiment()) == experiment()
    assert repaired(experiment(told)) == experiment(told)


def test_absent_file_leaves_the_static_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the data's file the rules that need no data still speak."""
    sick = experiment(
        {"data": 'csv("absent.csv", "y")', "seed": "random", "loss": "CrossEntropyLoss"},
        layers("Linear(3)", "Softmax"),
    )
    assert {one.code for one in examine(sick)} == {
        "no-such-file", "double-softmax", "random-seed",
    }  # fmt: skip


def said(one: Experiment) -> Counter[tuple[str, str]]:
    """How often each finding is drawn, wherever."""
    return Counter((found.code, found.message) for found in examine(one))


@settings(max_examples=examples(150), deadline=None)
@given(experiments())
def test_repairs_are_valid_and_come_to_an_end(one: Experiment) -> None:
    """Of any experiment: each repair is valid and cures; all of them reach a fixed point."""
    before = said(one)
    for found in examine(one):
        if found.repaired is not None:
            assert valid(found.repaired), found
            # two pairs of layers may draw the same words; one of them is cured
            assert (
                said(found.repaired)[found.code, found.message] < before[found.code, found.message]
            ), found
    end = repaired(one, severities=SEVERITIES)
    assert valid(end)
    assert repaired(end, severities=SEVERITIES) == end
    assert all(found.repaired is None for found in examine(end))
