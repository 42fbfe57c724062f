"""What can't be written into a run is told, tried again, and kept somewhere else."""

from __future__ import annotations

import errno
import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs.known_runs import KnownRuns
from engine.runs.outcome import outcome_of
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service.worker import checkpoints
from engine.service.worker.preparation import prepare, prepare_again
from engine.service.worker.recorder import RecordFailed
from engine.service.worker.training_run import TrainingRun
from engine.training import checkpoint
from tests.engine.service.live import demanding, rates_of, to_resume, to_train, weights_of
from tests.engine.training.tiny import NOWHERE


def _begun(folder: Path, epochs: int = 3) -> TrainingRun:
    order = to_train(
        demanding(epochs=epochs), folder / "runs", name="tiny", data_dir=NOWHERE.data_dir
    )
    return TrainingRun.begin(order, prepare(order.experiment(), NOWHERE))


def _ended(training: TrainingRun) -> Run:
    while not training.is_over:
        training.advance(0.0)
    return Run(training.directory.path)


def _resumed(run: Run) -> Run:
    return _ended(TrainingRun.resume(run, prepare_again(to_resume(run), NOWHERE)))


@contextmanager
def _full(monkeypatch: pytest.MonkeyPatch, *locations: Path) -> Iterator[list[Path]]:
    """Below these places no checkpoint can be written; yields what was tried."""
    tried: list[Path] = []

    def save(path: Path, stored: checkpoint.Checkpoint) -> None:
        tried.append(path)
        if any(path.is_relative_to(place) for place in locations):
            raise OSError(errno.ENOSPC, "No space left on device")
        checkpoint.save(path, stored)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save", save)
        yield tried


@pytest.fixture
def shelter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where $TMPDIR points."""
    place = tmp_path / "shelter"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_a_full_disk_is_told_at_once_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first failure is an event, the same one again is none; after a success it is again."""
    training = _begun(tmp_path)
    training.advance(0.0)
    told = []
    for is_full in (True, True, False, True):
        with _full(monkeypatch, *[tmp_path] * is_full):
            training.save()
        record = Run(training.directory.path).record()
        told.append(sum(isinstance(event, ev.CheckpointFailed) for event in record.events))
    assert told == [1, 1, 1, 2]


def test_the_end_tries_again_and_then_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelter: Path
) -> None:
    """Both checkpoints lie in one folder that is the person's alone; the record says where and why,
    the run is marked, and a resume brings them home without another step."""
    expected = weights_of(_ended(_begun(tmp_path)))
    training = _begun(tmp_path)
    with _full(monkeypatch, tmp_path / "runs") as tried:
        run = _ended(training)
    assert [path.name for path in tried[:4]] == ["best.safetensors", "last.safetensors"] * 2
    rescued = [e for e in run.record().events if isinstance(e, ev.CheckpointRescued)]
    assert {event.kind for event in rescued} == {"best", "last"}
    (folder,) = shelter.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {Path(event.path) for event in rescued} == set(folder.iterdir())
    finished = run.record().finished
    assert finished is not None
    assert (finished.reason, "No space left" in finished.unkept) == ("completed", True)
    assert state_of(run).told == "completed (not kept)"
    steps = finished.steps
    again = _resumed(run)
    assert weights_of(again) == expected
    assert weights_of(again, "best")
    finished = again.record().finished
    assert finished is not None
    assert (finished.steps, finished.unkept, finished.reason) == (steps, "", "completed")
    assert state_of(again).told == "completed"
    with pytest.raises(UsageError, match=r"the run is over \(completed\)"):
        prepare_again(to_resume(again), NOWHERE)


def test_a_second_try_may_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails once at the end, and not twice, is kept where it belongs."""
    training = _begun(tmp_path)
    failures = [OSError(errno.EIO, "Input/output error")]

    def save(path: Path, stored: checkpoint.Checkpoint) -> None:
        if failures:
            raise failures.pop()
        checkpoint.save(path, stored)

    monkeypatch.setattr(checkpoints, "save", save)
    run = _ended(training)
    assert outcome_of(run).is_kept
    assert not any(isinstance(event, ev.CheckpointFailed) for event in run.record().events)


def test_nowhere_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelter: Path) -> None:
    """Where no place takes them, that is said, too, and no empty folder stays behind."""
    training = _begun(tmp_path)
    with _full(monkeypatch, Path("/")):
        run = _ended(training)
    failed = [e.message for e in run.record().events if isinstance(e, ev.CheckpointFailed)]
    assert failed[-1].startswith("nor elsewhere: ")
    assert list(shelter.iterdir()) == []
    assert not outcome_of(run).is_kept


@pytest.mark.parametrize("kinds", [["last", "best"], ["last"]])
def test_a_completed_run_without_its_checkpoint_is_trained_again(
    tmp_path: Path, kinds: list[str]
) -> None:
    """From its best, or from the start: with the rate that was set by hand, to the same bits."""
    training = _begun(tmp_path)
    training.advance(math.inf, batches=2)
    training.set_learning_rate(0.25)
    run = _ended(training)
    expected = weights_of(run)
    for kind in kinds:
        run.directory.checkpoint(kind).unlink()
    (listed,) = KnownRuns(run.path.parent).newest_first()
    assert listed.can_continue
    again = _resumed(run)
    assert weights_of(again) == expected
    assert rates_of(again) == [(2, 0.25)]
    assert state_of(again).told == "completed"


def test_a_run_that_crashed_before_its_first_checkpoint_begins_again(tmp_path: Path) -> None:
    """There is nothing to go on from but the experiment; it ends with the same bits."""
    expected = weights_of(_ended(_begun(tmp_path)))
    crashed = _begun(tmp_path)
    crashed.advance(math.inf, batches=3)
    crashed.directory.close()
    assert weights_of(_resumed(Run(crashed.directory.path))) == expected


def test_a_record_that_cannot_be_written_costs_no_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelter: Path
) -> None:
    """The run fails; what was trained until then lies elsewhere, as the untold events say."""
    training = _begun(tmp_path)
    training.advance(math.inf, batches=3)

    def refuse(event: ev.Event) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training.directory, "record", refuse)
    with _full(monkeypatch, tmp_path / "runs"):
        with pytest.raises(RecordFailed):
            _ended(training)
        untold = training.fail("No space left on device", keep=True)
    rescued = [event for event in untold if isinstance(event, ev.CheckpointRescued)]
    last = next(event for event in rescued if event.kind == "last")
    assert checkpoint.load(Path(last.path)).state["step"] == training.trainer.global_step
    assert isinstance(untold[-1], ev.RunFinished)
    assert untold[-1].unkept
    shutil.rmtree(shelter)
