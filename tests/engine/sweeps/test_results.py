"""What trainings come to: mean and spread, the best, and what can't be told apart."""

from __future__ import annotations

import pytest

from engine.sweeps.plan import Plan
from engine.sweeps.results import Results, difference
from engine.sweeps.table import Lines, StackChecked
from engine.sweeps.telling import command_words, labels, of_stacks, sentences
from tests.engine.sweeps.planned import RATES, RAW, WIDTHS, ended, plan


def _results(of: Plan, *values: list[float | None]) -> Results:
    """A grid's results: of each configuration the values of its seeds."""
    lines: list[Lines] = [
        ended(of, cell, repeat, value, "completed" if value is not None else "diverged")
        for cell, measured in enumerate(values)
        for repeat, value in enumerate(measured)
    ]
    return Results.of(of, lines)


def test_a_configuration_is_the_mean_of_its_seeds() -> None:
    """With the sample's standard deviation; one training alone has none."""
    of = plan(WIDTHS, seeds=3)
    best, other = _results(of, [1.0, 2.0, 3.0], [4.0]).ranked
    assert (best.values, best.mean, best.deviation) == (("2",), 2.0, 1.0)
    assert (other.mean, other.deviation, other.is_whole) == (4.0, None, False)


def test_what_diverged_once_comes_behind_what_never_did() -> None:
    """Its mean is of the others, and says too much."""
    of = plan("optimizer.lr=0.1,0.2,0.3", seeds=2)
    found = _results(of, [0.1, None], [0.9, 0.8], [None, None])
    assert [row.values[0] for row in found.ranked] == ["0.2", "0.1", "0.3"]
    assert found.best is found.ranked[0]
    assert found.ranked[1].count("diverged") == 1


def test_nothing_but_divergence_has_no_best() -> None:
    """And it is said."""
    found = _results(plan(WIDTHS), [None], [None])
    assert found.best is None
    assert sentences(found) == ["No configuration came to a number."]


def test_a_higher_score_is_better_where_it_is() -> None:
    """The experiment says by what it selects."""
    of = plan(WIDTHS, raw={**RAW, "validation_fraction": 0.25, "select": "accuracy"})
    assert [row.values[0] for row in _results(of, [0.5], [0.75]).ranked] == ["3", "2"]


def test_configurations_are_compared_seed_by_seed() -> None:
    """What a seed does to both is no difference between them."""
    of = plan(WIDTHS, seeds=4)
    found = _results(of, [1.0, 5.0, 9.0, 13.0], [1.1, 5.2, 9.1, 13.2])
    compared = difference(of, *found.ranked)
    assert compared is not None
    assert compared.mean == pytest.approx(0.15)
    assert (compared.low, compared.high) == pytest.approx((0.1, 0.2))
    assert compared.is_clear
    assert sentences(found)[1] == (
        "out_features 2 is better than 3 by 0.15 (95% interval 0.1 to 0.2) with 4 seeds."
    )
    assert found.ties == []


def test_what_can_not_be_told_apart_is_said() -> None:
    """The interval of the difference holds zero; the same numbers give the same sentence."""
    of = plan(WIDTHS, RATES, seeds=3)
    found = _results(of, [0.2, 0.4, 0.3], [0.3, 0.3, 0.3], [0.9, 0.9, 0.9], [0.4, 0.2, 0.4])
    assert sentences(found) == [
        "Selected by the training loss, for want of a validation split: it does not see what is "
        "learned by heart.",
        "At out_features 2: lr 0.1 and 0.2 can't be told apart with 3 seeds: the difference is 0 "
        "(95% interval -0.1 to 0.1).",
        "Nor can out_features 3, lr 0.2 be told apart from the best.",
    ]
    assert len(found.ties) == 2


def test_one_training_each_says_that_it_tells_little() -> None:
    """There is no interval of one."""
    found = _results(plan(WIDTHS), [0.1], [0.2])
    assert found.ties == []
    assert sentences(found)[1].startswith("One training each tells little")


def test_axes_are_called_by_what_tells_them_apart() -> None:
    """The whole field where the last part would be the same twice."""
    assert labels(plan(WIDTHS, RATES)) == ["out_features", "lr"]
    two = plan(WIDTHS, "layers.2.bias=True,False", "layers.0.bias=True,False")
    assert labels(two) == ["out_features", "layers.2.bias", "layers.0.bias"]


def test_the_best_is_one_command_line() -> None:
    """Wholes are set before what lies in them, and the seed is given."""
    of = plan(RATES, "optimizer=SGD(lr=1)|Adam")
    assert command_words(of, ("0.2", "Adam")) == [
        "perceptui", "--preset", "tiny", "--set", "optimizer=Adam", "--set", "optimizer.lr=0.2",
        "--set", "seed=0",
    ]  # fmt: skip


def test_trainings_in_one_are_told_apart_from_those_alone() -> None:
    """Where a sample differs by more than it may, the way out is named."""
    near, far = StackChecked(trials=(3,), worst=2e-7), StackChecked(trials=(5, 6), worst=0.01)
    assert of_stacks([]) == ""
    assert of_stacks([near]) == (
        "Of the trainings in one 1 was trained alone, too: first and last losses differ by 2e-07 "
        "at most."
    )
    assert of_stacks([near, far]).endswith(
        "3 were trained alone, too: losses differ by up to 0.01. --no-stack trains each alone."
    )
    diverged = StackChecked(trials=(7,), worst=None)
    assert "in whether they diverge" in of_stacks([near, diverged])
