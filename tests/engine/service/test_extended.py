"""A run that is over goes on, and comes to what a longer training at once would have given."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DamagedRun, Remark, UsageError
from engine.parts.schedules import Schedule
from engine.runs import events as ev
from engine.runs.origin import check_origin
from engine.runs.run import Run
from engine.service.worker.preparation import prepare, prepare_again
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.training.trainer import Trainer
from tests.engine.service.live import demanding, to_resume, to_train, weights_of
from tests.engine.training.tiny import NOWHERE, small

LONG_S = 1e9


def _to_the_end(training: TrainingRun) -> Run:
    while not training.is_over:
        training.advance(LONG_S)
    return Run(training.directory.path)


def trained(experiment: Experiment, folder: Path) -> Run:
    """A run that was trained to its end in this process."""
    trainer: Trainer = prepare(experiment, NOWHERE)
    return _to_the_end(TrainingRun.begin(to_train(experiment, folder), trainer))


def gone_on(run: Run, **how: Any) -> tuple[Run, list[str]]:
    """The run after it went on to its end, and what a person was told."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", Remark)
        prepared = prepare_again(to_resume(run, **how), NOWHERE)
    told = [str(one.message) for one in warned]
    return _to_the_end(TrainingRun.resume(run, prepared)), told


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": "CosineAnnealingLR(T_max=12)"},
        {"schedule": "ReduceLROnPlateau(patience=2)", "patience": 50},
        {"validation_fraction": 0.0, "batch_size": "full", "schedule": "constant()"},
    ],
    ids=["cosine", "plateau", "full-batch"],
)
def test_ten_epochs_and_ten_more_are_twenty_at_once(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    """Weights, best weights and losses agree to the last bit; the experiment is that of twenty."""
    run = trained(demanding(epochs=10, **changes), tmp_path)
    again, told = gone_on(run, epochs=20)
    at_once = trained(demanding(epochs=20, **changes), tmp_path)
    assert told == []
    assert again.path == run.path
    assert weights_of(again) == weights_of(at_once)
    assert weights_of(again, "best") == weights_of(at_once, "best")
    assert again.losses() == at_once.losses()
    assert again.experiment() == at_once.experiment()
    check_origin(again.path)
    ends = [event for event in again.record().events if isinstance(event, ev.RunFinished)]
    assert [(end.reason, end.epochs) for end in ends] == [("completed", 20)]


def test_it_goes_on_more_than_once(tmp_path: Path) -> None:
    """Ten, to twenty, stopped on the way, to thirty: still the bits of thirty at once."""
    run = trained(demanding(epochs=10, schedule="constant()"), tmp_path)
    training = TrainingRun.resume(run, prepare_again(to_resume(run, epochs=20), NOWHERE))
    training.advance(LONG_S, 5)
    training.finish("stopped")
    again, _ = gone_on(run)
    again, _ = gone_on(again, epochs=30)
    assert weights_of(again) == weights_of(
        trained(demanding(epochs=30, schedule="constant()"), tmp_path)
    )
    check_origin(run.path)


def test_killed_right_after_it_was_given_more(tmp_path: Path) -> None:
    """The checkpoint says that it is over, the experiment that it is not: it goes on."""
    run = trained(small(epochs=4), tmp_path)
    TrainingRun.resume(run, prepare_again(to_resume(run, epochs=8), NOWHERE)).directory.close()
    again, _ = gone_on(run)
    assert weights_of(again) == weights_of(trained(small(epochs=8), tmp_path))


def test_back_to_the_best_of_before_it_was_given_more(tmp_path: Path) -> None:
    """That checkpoint says that the training is over, too: it goes on from there all the same."""
    run = trained(small(epochs=4), tmp_path)
    training = TrainingRun.resume(run, prepare_again(to_resume(run, epochs=8), NOWHERE))
    training.rewind("best")
    assert _to_the_end(training).record().finished is not None
    assert weights_of(run) == weights_of(trained(small(epochs=8), tmp_path))


@pytest.mark.parametrize(
    ("schedule", "spans"),
    [
        ("CosineAnnealingLR()", True),
        ("CosineAnnealingLR(T_max=4)", False),
        ("LinearLR(total_iters=None)", True),
        ("LinearLR()", False),
        ("PolynomialLR(total_iters=None)", True),
        ("OneCycleLR(max_lr=0.1)", True),
        ("ExponentialLR(gamma=0.9)", False),
        ("constant(warmup=3)", False),
    ],
)
def test_a_schedule_that_depends_on_the_length_is_told(schedule: str, *, spans: bool) -> None:
    """Of those that spread over all epochs, whatever their warm-up."""
    made: Schedule = small(schedule=schedule).schedule
    assert made.spans_training is spans


def test_what_is_not_the_same_is_said(tmp_path: Path) -> None:
    """A spread schedule and a condition that had ended the run are named."""
    run = trained(small(epochs=6, schedule="CosineAnnealingLR()", stop_below=100.0), tmp_path)
    assert run.record().finished is not None
    again, told = gone_on(run, epochs=3)
    assert [line.partition(",")[0].partition(":")[0] for line in told] == [
        "it goes on without stop_below = 100.0",
        "CosineAnnealingLR() spreads over all epochs",
    ]
    assert again.experiment() == small(epochs=3, schedule="CosineAnnealingLR()")
    finished = again.record().finished
    assert finished is not None
    assert (finished.reason, finished.epochs) == ("completed", 3)


def test_the_best_is_gone_on_from(tmp_path: Path) -> None:
    """From the best checkpoint a run that is over goes on; what came after it counts no more."""
    run = trained(small(epochs=30, optimizer="SGD(lr=40)"), tmp_path)
    saved = [e for e in run.record().events if isinstance(e, ev.CheckpointSaved)]
    (best,) = (event.epoch for event in saved if event.kind == "best")
    assert best < 30
    again, _ = gone_on(run, checkpoint="best", learning_rate=0.1)
    resumed = again.record().last(ev.Resumed)
    assert isinstance(resumed, ev.Resumed)
    assert resumed.epoch == best
    finished = again.record().finished
    assert finished is not None
    assert (finished.reason, finished.epochs) == ("completed", 30)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, r"over \(completed\), nothing is left.*--set epochs=N"),
        ({"epochs": 4}, "4 epochs are trained already: give more than that"),
        ({"epochs": 2 * 10**9}, "1,000,000,000"),
    ],
)
def test_refused(tmp_path: Path, how: dict[str, Any], said: str) -> None:
    """What can't be gone on with says why, and what would go; the run stays as it was."""
    run = trained(small(epochs=4), tmp_path)
    size = run.record_size()
    with pytest.raises(UsageError, match=said):
        prepare_again(to_resume(run, **how), NOWHERE)
    assert run.record_size() == size


def test_other_epochs_than_the_record_has_are_no_extension(tmp_path: Path) -> None:
    """Who changes the file of an extended run is refused as ever."""
    run, _ = gone_on(trained(small(epochs=4), tmp_path), epochs=8)
    file = run.path / "experiment.toml"
    file.write_text(file.read_text("utf-8").replace("epochs = 8", "epochs = 9"), "utf-8")
    with pytest.raises(DamagedRun, match="not the experiment that the run began with"):
        check_origin(run.path)
