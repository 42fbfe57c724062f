"""A chain of repairs is tried, each with several seeds."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import PerceptuiError
from engine.parts.losses import BCEWithLogitsLoss
from engine.parts.optimizers import Adam
from engine.training.proof import prove
from tests.engine.doctor.cases import experiment
from tests.engine.training.tiny import NOWHERE


def test_the_first_and_each_repaired_one_are_trained_with_every_seed() -> None:
    """On the same test split, also where only the last holds one back; the same numbers again."""
    slow = experiment({"optimizer": "Adam(lr=1e-9)", "epochs": 60, "test_fraction": 0.0})
    fast = dataclasses.replace(slow, optimizer=Adam(lr=0.05), test_fraction=0.25)
    proof = prove([slow, fast], (0, 1), NOWHERE, most_s=60)
    assert proof.metric == "test_accuracy"
    assert [len(one.values) for one in proof.chain] == [2, 2]
    assert all(one.is_over for one in proof.chain)
    before, after = (one.mean for one in proof.chain)
    assert before is not None
    assert after is not None
    assert before < 0.8 < after
    assert prove([slow, fast], (0, 1), NOWHERE, most_s=60) == proof


def test_what_diverges_has_no_figure_and_what_is_long_is_cut_short() -> None:
    """A mean over some of the seeds would say too much."""
    wild = experiment(
        {
            "data": "wave(samples=100)",
            "loss": "MSELoss()",
            "optimizer": "SGD(lr=1e30)",
            "epochs": 10**6,
        }
    )
    calm = dataclasses.replace(wild, optimizer=Adam(lr=1e-5))
    first, second = prove([wild, calm], (0,), NOWHERE, most_s=0.1).chain
    assert (first.values, first.mean) == ([None], None)
    assert not second.is_over


def test_what_can_not_be_trained_says_why_beside_what_its_repair_brings() -> None:
    """A loss of probabilities got none: that is told, and the repaired one has its figures."""
    sick = experiment({"loss": "BCELoss()", "epochs": 60})
    cured = dataclasses.replace(sick, loss=BCEWithLogitsLoss())
    first, second = prove([sick, cured], (0,), NOWHERE, most_s=60).chain
    assert (first.values, first.mean, first.is_over) == ([], None, False)
    assert "it takes probabilities" in first.refused
    assert second.refused == ""
    assert second.mean is not None
    assert second.mean > 0.8
    with pytest.raises(PerceptuiError, match="it takes probabilities"):
        prove([cured, sick], (0,), NOWHERE, most_s=60)
