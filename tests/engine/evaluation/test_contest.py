"""Two networks on the same samples: whether they can be told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from engine.evaluation.contest import (
    by_whole_texts,
    contests,
    disagreements,
    holm,
    mcnemar,
    num_disagreements,
)
from engine.evaluation.evidence import Evidence
from tests.engine.evaluation.samples import of_classes, of_numbers


def _right_on(right: list[bool]) -> Evidence:
    """A network that is right on these samples, surely."""
    targets = np.zeros(len(right), int)
    return of_classes(targets, np.where(np.array(right)[:, None], [0.9, 0.1], [0.2, 0.8]))


def test_mcnemar_is_the_exact_one() -> None:
    """Of 43 on which they part, 31 for one: what the issue's sentence says."""
    assert mcnemar(31, 12) == pytest.approx(2 * binomtest(12, 43, alternative="less").pvalue)
    assert f"{mcnemar(31, 12):.1g}" == "0.005"
    assert mcnemar(0, 0) == 1


def test_holm() -> None:
    """The smallest of three counts thrice, and none less than one before it."""
    assert holm([0.02, 0.01, 0.5]) == [0.04, 0.03, 0.5]
    assert holm([0.6, 0.6]) == [1.0, 1.0]


def test_classes_are_told_apart() -> None:
    """By the samples on which one alone is right."""
    a = _right_on([True] * 40 + [False] * 20)
    b = _right_on([False] * 31 + [True] * 9 + [False] * 20)
    (found,) = contests([a, b])
    assert (found.first_better, found.second_better, found.winner) == (31, 0, "first")
    assert found.p == pytest.approx(2**-30)
    assert found.gain == pytest.approx(31 / 60)
    assert found.loss_gain == pytest.approx(31 / 60 * np.log(0.9 / 0.2))
    assert found.loss_low is not None
    assert found.loss_low > 0
    (back,) = contests([b, a])
    assert (back.winner, back.first_better, back.second_better) == ("second", 0, 31)


def test_what_is_alike_is_not_told_apart() -> None:
    """Neither the same network twice nor one that is luckier on a few samples."""
    a = _right_on([True] * 30 + [False] * 3)
    (same,) = contests([a, a])
    assert (same.winner, same.p, same.gain) == ("neither", 1, 0)
    (found,) = contests([a, _right_on([True] * 33)])
    assert (found.winner, found.p) == ("neither", 0.25)


def test_numbers_by_their_errors() -> None:
    """In their unit; chance is in the interval, not in a p."""
    targets = list(range(100))
    near = of_numbers(targets, [t + 1 + t % 2 for t in targets], unit="EUR")
    far = of_numbers(targets, [t + 3 for t in targets], unit="EUR")
    (found,) = contests([near, far])
    assert (found.winner, found.p, found.unit) == ("first", None, "EUR")
    assert (found.first_better, found.second_better, found.gain) == (100, 0, 1.5)
    assert found.low is not None
    assert found.high is not None
    assert 1.3 < found.low < 1.5 < found.high < 1.7


def test_disagreements_where_one_alone_is_right_come_first() -> None:
    """And of these the most surely told; what all tell alike is none."""
    one = of_classes([0, 0, 0, 1], [[0.9, 0.1], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]])
    other = of_classes([0, 0, 0, 1], [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9], [0.6, 0.4]])
    assert disagreements([one, other], 5) == [2, 3, 1]
    assert disagreements([one, other], 1) == [2]
    assert num_disagreements([one, other]) == 3
    assert disagreements([one, one], 5) == []
    numbers = of_numbers([1, 2, 3], [1, 2, 3]), of_numbers([1, 2, 3], [1, 2.5, 1])
    assert disagreements(numbers, 5) == [2, 1]


def test_texts_are_held_together_as_a_whole() -> None:
    """Thirty places of two texts tell no more than two texts; singles tell what McNemar's does."""
    a, b = _right_on([True] * 30), _right_on([False] * 30)
    (apart,) = contests([a, b])
    (whole,) = contests([replace(a, together=15), replace(b, together=15)])
    assert (apart.winner, whole.winner) == ("first", "neither")
    assert whole.p == pytest.approx(0.5, abs=0.03)  # of four ways to toss two are as far
    some = _right_on([True] * 8 + [False] * 2), _right_on([False] * 8 + [True] * 2)
    assert by_whole_texts(*some) == pytest.approx(mcnemar(8, 2), abs=0.02)
    assert by_whole_texts(a, a) == 1
