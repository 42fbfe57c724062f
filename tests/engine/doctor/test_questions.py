"""What public questions are about is named, and is not once their answers were followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.doctor.examination import examine, wants_statistics
from engine.doctor.finding import Finding
from engine.doctor.rules import ALL, leaks
from engine.parts.data import DataLocations
from engine.service.worker.statistics import describe
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.engine.doctor.questions import QUESTIONS, Question
from tests.presets.watched import watched_training

STATIC = [question for question in QUESTIONS if not question.live]
LIVE = [question for question in QUESTIONS if question.live]


def found(experiment: Experiment, code: str) -> list[Finding]:
    """What a rule says of an experiment, its data looked at where that could matter."""
    known = None
    if wants_statistics(experiment):
        known = describe(experiment, DataLocations(Path("/nowhere"))).statistics()
    return [finding for finding in examine(experiment, known) if finding.code == code]


@pytest.mark.parametrize("question", STATIC, ids=str)
def test_the_cause_is_named_until_it_is_mended(question: Question, tmp_path: Path) -> None:
    """The rule speaks, gravely, of the experiment as asked about, and not of the answer's."""
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    named = found(from_raw(question.asked(before)), question.code)
    assert named
    assert question.slight == all(one.severity == "info" for one in named)

    if question.mended is not None:
        mended = from_raw(question.mended(after))
    else:
        offered = [one.repaired for one in named if one.repaired is not None]
        assert offered
        mended = offered[0]
    assert found(mended, question.code) == []


@pytest.mark.parametrize("question", LIVE, ids=str)
def test_what_shows_in_training_is_named_until_it_is_mended(
    question: Question, tmp_path: Path
) -> None:
    """The rule speaks while the experiment trains as asked about, and not as answered."""
    assert question.mended is not None
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    sick, mended = from_raw(question.asked(before)), from_raw(question.mended(after))
    assert question.code in {code for _, code, _ in watched_training(sick).appeared}
    assert question.code not in {code for _, code, _ in watched_training(mended).appeared}


def test_thirty_questions_each_with_an_address_of_its_own() -> None:
    """There are thirty of them and more, no two the same."""
    addresses = [question.address for question in QUESTIONS]
    assert len(set(addresses)) == len(addresses) >= 30
    assert {question.code for question in STATIC} <= {rule.code for rule in ALL}


def test_rules_about_rows_have_questions() -> None:
    """Each rule of a person's own rows that warns is what one of the questions is about."""
    infos = {"contradicting-rows", "constant-column"}
    assert {rule.code for rule in leaks.RULES} - infos <= {q.code for q in QUESTIONS}
