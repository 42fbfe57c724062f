"""A rule that raises is told as one finding; the rest of the doctor, and the training, go on."""

from __future__ import annotations

import logging

import pytest

from engine.doctor import examination, failure
from engine.doctor.case import Case
from engine.doctor.live import doctor as live
from engine.doctor.live.doctor import LiveDoctor
from engine.doctor.live.observation import Observation
from engine.doctor.live.rule import Signs, Standing, live_rule
from engine.doctor.rule import Remark, Remarks, rule
from engine.doctor.rules import ALL
from engine.runs import events as ev
from engine.training.probes.instruments import Instruments
from engine.training.probes.probe import Probe
from engine.training.trainer import Trainer
from tests.engine.doctor.cases import CLASSES, experiment, layers
from tests.engine.doctor.observations import codes, with_layer
from tests.engine.training.tiny import NOWHERE, small

SICK = experiment(CLASSES, {"seed": "random"}, layers("Linear(2)", "Softmax"))


@rule("always-broken")
def broken(case: Case) -> Remarks:
    """Says something, and then breaks."""
    yield Remark("error", "layers[0]", "never heard")
    raise KeyError(case.experiment.optimizer.name)


@live_rule("broken-too")
def broken_live(observation: Observation, standing: Standing) -> Signs:
    """Breaks at once."""
    yield from ()
    raise ZeroDivisionError("no\nepochs " + "x" * 200)


@pytest.fixture(autouse=True)
def _fresh_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was logged before."""
    monkeypatch.setattr(failure, "_logged", set())


def test_a_static_rule_that_raises_is_one_info(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All others find what they find without it; the log has one traceback, however often."""
    expected = examination.examine(SICK)
    assert {found.code for found in expected} >= {"double-softmax", "random-seed"}
    monkeypatch.setattr("engine.doctor.examination.ALL", (broken, *ALL))
    with caplog.at_level(logging.ERROR):
        found = examination.examine(SICK)
        examination.examine(SICK)
    (told,) = [one for one in found if one not in expected]
    assert [one for one in found if one in expected] == expected
    assert (told.code, told.severity, told.place) == ("rule-failed", "info", "doctor.always-broken")
    assert told.message.endswith("(KeyError: 'Adam')")
    assert told.repaired is None
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_repairs_go_on_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be repaired without it is."""
    expected = examination.repaired(SICK)
    monkeypatch.setattr("engine.doctor.examination.ALL", (broken, *ALL))
    assert examination.repaired(SICK) == expected != SICK


def test_repairs_that_undo_each_other_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Two rules that contradict are a mistake that the log tells, no end of the program."""

    @rule("seesaw")
    def seesaw(case: Case) -> Remarks:
        other = 1 if case.experiment.seed == 0 else 0
        yield Remark("error", "seed", "the other one", "use it", {"seed": other})

    monkeypatch.setattr("engine.doctor.examination.ALL", (seesaw,))
    with caplog.at_level(logging.ERROR):
        assert examination.repaired(experiment()).seed in (0, 1)
    assert "have no end" in caplog.text


def test_a_live_rule_that_raises_is_one_info(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, in one line, and stands below what the others find."""
    monkeypatch.setattr(live, "RULES", (broken_live, *live.RULES))
    monkeypatch.setattr(live, "_CODES", ["broken-too", *live._CODES])
    doctor = LiveDoctor()
    with caplog.at_level(logging.ERROR):
        (told,) = doctor.look(with_layer(1, dead=5)).appeared
        doctor.look(with_layer(1, dead=5))
        assert doctor.look(with_layer(1, dead=5)).appeared == ()
    assert (told.code, told.severity, told.place) == ("rule-failed", "info", "doctor.broken-too")
    assert "ZeroDivisionError: no epochs xxx" in told.message
    assert told.message.endswith("xxx...)")
    assert codes(doctor) == ["dead-units", "rule-failed"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [TypeError("no such figure"), RuntimeError("no memory left")])
def test_a_look_that_fails_ends_no_training(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the measuring is told as one finding; want of memory only skips the look."""

    def fails(probe: Probe) -> None:
        raise error

    monkeypatch.setattr(Probe, "measure", fails)
    monkeypatch.setattr(Probe, "before_step", fails)
    trainer = Trainer(small(), NOWHERE)
    instruments = Instruments(trainer)
    monkeypatch.setattr(instruments.budget, "allows", lambda *_: True)
    told: list[ev.Event] = []
    while trainer.reason is None:
        instruments.before_step()
        for event in trainer.step():
            if isinstance(event, ev.EpochFinished):
                told += instruments.reported(event)
    told += instruments.finished()
    expected = [] if isinstance(error, RuntimeError) else [("rule-failed", "doctor.look")]
    found = [(one.code, one.place) for one in told if isinstance(one, ev.FindingAppeared)]
    assert found == expected
    assert trainer.reason == "completed"
