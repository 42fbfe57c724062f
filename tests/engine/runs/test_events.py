"""The events as JSON lines: the contract that other programs read."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from engine.decoding import Undecodable
from engine.runs import events as ev

_EPOCH: dict[str, Any] = {
    "epoch": 10,
    "step": 30,
    "train_loss": 0.25,
    "learning_rate": 0.1,
    "gradient_norm": 2.0,
    "steps_per_s": 5.0,
    "samples_per_s": 50.0,
    "elapsed_s": 1.5,
}
_FINISHED: dict[str, Any] = {
    "reason": "completed",
    "run": "runs/x",
    "epochs": 10,
    "steps": 30,
    "elapsed_s": 1.5,
    "metrics": {"train_loss": 0.25},
}


def _epoch(**metrics: float | None) -> ev.EpochFinished:
    other = {name: value for name, value in _EPOCH.items() if name != "train_loss"}
    return ev.EpochFinished(**other, metrics={"train_loss": 0.25, **metrics})


def _decoded(event: ev.Event) -> dict[str, Any]:
    line = ev.encode(event)
    assert b"\n" not in line
    found: dict[str, Any] = json.loads(line, parse_constant=lambda name: pytest.fail(name))
    return found


def test_a_reported_epoch() -> None:
    """`event`, `epoch`, `step`, `train_loss` stand first under these very names."""
    found = _decoded(_epoch())
    assert found.pop("event") == "epoch_finished"
    found.pop("n", None)
    assert found == _EPOCH
    assert ev.encode(_epoch()).startswith(b'{"event":"epoch_finished"')


def test_the_last_line() -> None:
    """`run_finished` says reason, run, epochs, steps, seconds and metrics."""
    found = _decoded(ev.RunFinished(**_FINISHED))
    assert found.pop("event") == "run_finished"
    found.pop("n", None)
    assert found == _FINISHED


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_non_finite_numbers_are_null(number: float) -> None:
    """In a field as in a table of metrics."""
    epoch = _epoch(train_loss=number, test_r2=number)
    assert (_decoded(epoch)["train_loss"], _decoded(epoch)["test_r2"]) == (None, None)
    finished = ev.RunFinished(**{**_FINISHED, "metrics": {"train_loss": number}})
    assert _decoded(finished)["metrics"] == {"train_loss": None}


def test_metrics_that_a_run_does_not_have_are_left_out() -> None:
    """Those it has are told apart from those that are undefined."""
    event = _epoch(train_mae=1.0, test_r2=None)
    assert event.metrics == {"train_loss": 0.25, "train_mae": 1.0, "test_r2": None}
    found = _decoded(event)
    assert "validation_loss" not in found
    assert found["test_r2"] is None


_EVERY: list[ev.Event] = [
    _epoch(),
    ev.RunFinished(**_FINISHED),
    ev.CheckpointSaved(kind="best", path="x", epoch=1, step=2),
    ev.Evaluated(
        split="test",
        samples=3,
        metrics={"loss": None},
        classes=[ev.ClassScores(name="ä", precision=None, recall=0.5, f1=0.5, support=2)],
        confusion=[[1, 2], [3, 4]],
    ),
    ev.Predicted(
        predictions=[
            ev.Prediction(values=[1.0], predicted="b", outputs=[0.1, None], probabilities=[0.0])
        ],
        classes=["a", "b"],
    ),
    ev.Diverged(epoch=1, step=2, loss="nan", learning_rate=0.1, gradient_norm="inf"),
    ev.Diverged(
        epoch=1,
        step=2,
        loss="inf",
        learning_rate=0.1,
        gradient_norm="1",
        layer=0,
        layer_text="Linear(1)",
        part="weights",
    ),
    ev.FindingAppeared(
        code="dead-units",
        severity="error",
        place="layers[1]",
        message="all \x1b units",
        repair="none",
        epoch=3,
    ),
    ev.FindingGone(
        code="loss-plateau", severity="info", place="train_loss", message="flat", epoch=9
    ),
    ev.RunStarted(
        run="runs/x",
        title="\x1b[31m[red]\n",
        device="cpu",
        threads=1,
        seed=0,
        epochs=1,
        steps_per_epoch=1,
        num_train=1,
        num_validation=0,
        num_test=0,
        num_parameters=3,
        torch="2",
        facts={"shape": [2]},
    ),
]


@pytest.mark.parametrize("event", _EVERY, ids=lambda event: type(event).__name__)
def test_an_event_reads_back_as_itself(event: ev.Event) -> None:
    """One line of JSON holds all of it, whatever its texts hold."""
    assert ev.decode(ev.encode(event)) == event
    name = type(event).__name__
    snake = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
    assert _decoded(event)["event"] == snake


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"3", b'{"event": "unheard_of"}', b'{"event": "run_finished"}', b'"\xff"'],
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    """Torn, foreign and unknown lines raise what the reader passes over."""
    with pytest.raises(Undecodable):
        ev.decode(line)


def test_metrics_of_other_versions_are_kept() -> None:
    """A line of an older record and one with metrics yet unknown read as they were written."""
    line = ev.encode(_epoch(test_accuracy=0.5)).replace(b"test_accuracy", b"test_unheard_of")
    event = ev.decode(line)
    assert isinstance(event, ev.EpochFinished)
    assert event.metrics == {"train_loss": 0.25, "test_unheard_of": 0.5}
    assert ev.encode(event) == line


@pytest.mark.parametrize(("old", "new"), [(b"0.25", b'"low"'), (b"train_loss", b"train_lost")])
def test_an_epoch_without_its_loss_is_refused(old: bytes, new: bytes) -> None:
    """A metric that is no number is no event, nor is one without the training loss."""
    line = ev.encode(_epoch())
    assert old in line
    with pytest.raises(Undecodable):
        ev.decode(line.replace(old, new))
