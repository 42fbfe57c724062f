"""Which runs are judged on the same samples, and what is said where they are not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine.errors import UsageError
from engine.service.worker.comparing import Competitor, check_same
from tests.engine.evaluation.samples import of_classes


def _tested(name: str = "b", **changes: Any) -> Competitor:
    evidence = of_classes([0, 1], [[0.9, 0.1], [0.2, 0.8]], split=changes.pop("split", "test"))
    known: dict[str, Any] = {
        "name": name, "evidence": evidence, "data": "circle(samples=4)", "fingerprint": "",
        "seed": 0, "fraction": 0.5, "is_own": False, "targets": "t", "inputs": "i",
    }  # fmt: skip
    return Competitor(**{**known, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"inputs": ""},
        {"data": "circle(samples=4, features=('x1', 'x2'))"},
        {"seed": 1, "is_own": True},
    ],
)
def test_the_same_samples(changes: dict[str, Any]) -> None:
    """In other files, prepared otherwise, or brought by the data set whatever the seed."""
    check_same(_tested("a", is_own=changes.get("is_own", False)), _tested(**changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"targets": "u"}, "the samples themselves are others"),
        ({"seed": 1, "inputs": "j"}, "seed 0 against 1, which draws other samples"),
        ({"fraction": 0.25, "targets": "u"}, "test_fraction 0.5 against 0.25"),
        (
            {"data": "xor(samples=4)", "inputs": "j"},
            "data circle(samples=4) against xor(samples=4)",
        ),
        ({"data": "xor(samples=4)", "inputs": ""}, "data circle(samples=4) against xor(samples=4)"),
        ({"fingerprint": "f", "inputs": "j"}, "the data's file changed between them"),
        ({"split": "train", "targets": "u"}, "judged is the test against the train split"),
    ],
)
def test_other_samples_are_refused_with_why(changes: dict[str, Any], why: str) -> None:
    """With all that differs."""
    with pytest.raises(UsageError) as error:
        check_same(_tested("a"), _tested(**changes))
    said = "a and b can't be compared: they are not judged on the same samples"
    assert str(error.value) == f"{said} ({why})"


def test_a_comparison_is_one_line_of_json() -> None:
    """Whatever it holds can be sent: it has a tag of its own."""
    from engine.service.protocol import RunsCompared

    found = RunsCompared(
        split="test", samples=2, judgements=[], contests=[], num_disagreements=0, disagreements=[]
    )
    assert msgspec.json.decode(msgspec.json.encode(found))["event"] == "compared"
