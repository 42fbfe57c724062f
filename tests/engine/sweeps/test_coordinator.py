"""A sweep's process: nothing is trained twice, a crash is tried once more, a full disk is told."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from engine.errors import DataUnavailable, WorkerLost
from engine.runs import events as ev
from engine.runs.directory import RunDirectory
from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.sweeps import directory as sweep_directory
from engine.sweeps import stacking
from engine.sweeps.coordinator_process import coordinate
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.execution import Assignment, Group, Listener
from engine.sweeps.plan import Plan
from engine.sweeps.processes import LocalProcesses
from engine.sweeps.table import (
    StackChecked,
    SweepEnded,
    TrialCrashed,
    TrialEnded,
    WinnerTrained,
)
from tests.engine.sweeps.planned import RATES, RAW, WIDTHS, plan


class Pretended:
    """An executor that writes the record of a training at once."""

    name = "pretended"
    num_at_once = 2

    def __init__(
        self,
        runs: Path,
        before: Callable[[Assignment], None] = lambda _: None,
        executor: str = "eager",
        reason: ev.Reason = "completed",
    ) -> None:
        self.trained: list[str] = []
        self._runs = runs
        self._before = before
        self._executor = executor
        self._reason = reason

    async def train(self, group: Group, listener: Listener) -> None:
        await asyncio.sleep(0)
        for one in group:
            self.trained.append(one.directory)
            self._before(one)
            executor = "eager" if one.directory == "winner" else self._executor
            write_run(self._runs, one, executor, self._reason)
            listener.begun(one.number)
            listener.reported(one.number, 4, {"train_loss": 0.5})
            listener.ended(one.number, None)

    async def close(self) -> None:
        pass


def write_run(
    runs: Path, one: Assignment, executor: str = "eager", reason: ev.Reason = "completed"
) -> None:
    """A run's record; its loss is the width over the rate's hundredths."""
    run = RunDirectory.create(runs, "x", one.experiment, one.directory)
    width = one.experiment.layers[0].values()["out_features"]
    loss = None if reason == "diverged" else width + one.experiment.optimizer.lr / 100
    run.record(
        ev.RunStarted(
            n=1, run=str(run.path), title="", device="cpu", threads=1, seed=0, epochs=4,
            steps_per_epoch=1, num_train=24, num_validation=0, num_test=0, num_parameters=9,
            torch="", facts={}, executor=executor,
        )
    )  # fmt: skip
    metrics: dict[str, ev.Figure] = {"train_loss": loss, "test_loss": 9.0}
    if one.experiment.validation_fraction:
        metrics["validation_loss"] = loss
    run.record(
        ev.RunFinished(
            n=2, reason=reason, run=str(run.path), epochs=4, steps=4, elapsed_s=0.1, metrics=metrics
        )
    )
    run.close()


def _sweep(folder: Path, of: Plan) -> SweepDirectory:
    return SweepDirectory.create(folder / "runs", of)


def _coordinate(directory: SweepDirectory, executor: Pretended) -> int:
    return asyncio.run(coordinate(directory, directory.plan(), executor))


def _ended(directory: SweepDirectory) -> list[TrialEnded]:
    return [line for line in directory.lines()[0] if isinstance(line, TrialEnded)]


def test_each_trial_is_trained_once_and_written_down(tmp_path: Path) -> None:
    """The table has what selects and never the test split; the best is the winner."""
    directory = _sweep(tmp_path, plan(RATES, WIDTHS, seeds=2))
    executor = Pretended(directory.runs)
    assert _coordinate(directory, executor) == 0
    assert sorted(executor.trained) == [f"{number:04}" for number in range(1, 9)]
    first = next(line for line in _ended(directory) if line.trial == 1)
    assert (first.values, first.seed, first.value) == (("0.1", "2"), 0, 2.001)
    assert (first.run, first.executor, first.metrics) == ("0001", "eager", {"train_loss": 2.001})
    *_, winner, last = directory.lines()[0]
    assert winner == WinnerTrained(cell=0, run="0001", value=2.001)
    assert isinstance(last, SweepEnded)
    assert last.reason == "completed"
    assert directory.state() == "completed"


def test_a_later_life_trains_what_is_left(tmp_path: Path) -> None:
    """Also what came to its end while nobody wrote it down; a torn line is passed over."""
    directory = _sweep(tmp_path, plan(RATES, WIDTHS))
    _coordinate(directory, Pretended(directory.runs))
    table = directory.path / sweep_directory.TABLE
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(lines[0] + lines[1][:20])
    kept = directory.lines()[0]
    assert len(kept) == 1
    executor = Pretended(directory.runs)
    assert _coordinate(directory, executor) == 0
    assert executor.trained == []
    assert sorted(line.trial for line in _ended(directory)) == [1, 2, 3, 4]


def test_what_crashes_is_tried_once_more_and_then_reported(tmp_path: Path) -> None:
    """Each attempt has a directory of its own, and the others are trained all the same."""

    def crash(one: Assignment) -> None:
        if one.number == 1 or one.directory == "0002":
            raise WorkerLost("the trainer is gone")

    directory = _sweep(tmp_path, plan(RATES, WIDTHS))
    executor = Pretended(directory.runs, crash)
    assert _coordinate(directory, executor) == 0
    twice = ["0001", "0001-again", "0002", "0002-again"]
    assert sorted(executor.trained) == [*twice, "0003", "0004"]
    crashes = [line for line in directory.lines()[0] if isinstance(line, TrialCrashed)]
    assert sorted(line.trial for line in crashes) == [1, 2]
    by_number = {line.trial: line for line in _ended(directory)}
    assert by_number[1].ending == "crashed"
    assert by_number[1].complaint == "the trainer is gone"
    assert (by_number[2].ending, by_number[2].run) == ("completed", "0002-again")
    executor = Pretended(directory.runs)
    assert _coordinate(directory, executor) == 0
    assert executor.trained == []


def test_a_training_that_failed_has_crashed_and_one_that_diverged_is_a_result(
    tmp_path: Path,
) -> None:
    """Its record says which."""
    directory = _sweep(tmp_path, plan(WIDTHS))
    executor = Pretended(directory.runs, reason="failed")
    assert _coordinate(directory, executor) == 0
    assert [line.ending for line in _ended(directory)] == ["crashed", "crashed"]
    assert len(executor.trained) == 4
    directory = _sweep(tmp_path, plan(WIDTHS))
    executor = Pretended(directory.runs, reason="diverged")
    assert _coordinate(directory, executor) == 0
    assert [(line.ending, line.value) for line in _ended(directory)] == [("diverged", None)] * 2
    assert len(executor.trained) == 2


def test_a_winner_that_was_trained_with_others_is_trained_again_alone(tmp_path: Path) -> None:
    """So is that of a cross-validation, on all that is not tested on; once only."""
    for of, executor_name in ((plan(WIDTHS), "stacked"), (plan(WIDTHS, folds=2), "eager")):
        directory = _sweep(tmp_path, of)
        executor = Pretended(directory.runs, executor=executor_name)
        assert _coordinate(directory, executor) == 0
        assert executor.trained[-1] == "winner"
        alone = Run(directory.runs / "winner").experiment()
        assert (alone.threads, alone.validation_fraction) == ("auto", 0.0)
        assert str(alone.layers[0]) == "Linear(2)"
        again = Pretended(directory.runs)
        assert _coordinate(directory, again) == 0
        assert again.trained == []


def test_a_full_disk_ends_the_sweep_with_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is trained is kept, and a later life goes on."""
    directory = _sweep(tmp_path, plan(RATES, WIDTHS))

    def fill(one: Assignment) -> None:
        if one.number == 3:

            def full(**_: object) -> NoReturn:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            monkeypatch.setattr("tempfile.TemporaryFile", full)
            raise WorkerLost("the record can't be written")

    assert _coordinate(directory, Pretended(directory.runs, fill)) == 1
    monkeypatch.undo()
    told = capsys.readouterr().err.strip()
    assert told == f"{directory.path}: can't be written any more (No space left on device)"
    assert directory.state() == "failed"
    done = {line.trial for line in _ended(directory)}
    assert done
    executor = Pretended(directory.runs)
    assert _coordinate(directory, executor) == 0
    assert {int(name) for name in executor.trained} == {1, 2, 3, 4} - done
    assert directory.state() == "completed"


def test_data_that_is_gone_ends_the_sweep_at_once(tmp_path: Path) -> None:
    """No other training would find it."""

    def gone(_: Assignment) -> None:
        raise DataUnavailable("data.csv: no such file")

    directory = _sweep(tmp_path, plan(RATES, WIDTHS))
    assert _coordinate(directory, Pretended(directory.runs, gone)) == 1
    (last,) = directory.lines()[0]
    assert isinstance(last, SweepEnded)
    assert (last.reason, last.complaint) == ("failed", "data.csv: no such file")


def test_a_sweep_of_another_version_is_refused(tmp_path: Path) -> None:
    """With both versions, and its exit code is that of a mistake."""
    directory = _sweep(tmp_path, plan(RATES))
    place = directory.path / sweep_directory.PLAN
    place.write_text(place.read_text().replace('"version":1', '"version":7'))
    with pytest.raises(Exception, match="of version 7, and this perceptui reads version 1") as told:
        directory.plan()
    assert getattr(told.value, "exit_code", 0) == 2


def test_processes_go_from_one_training_to_the_next(tmp_path: Path) -> None:
    """Two train a grid of four; its points of a plane leave small pictures; figures are exact."""
    of = plan(RATES, WIDTHS, raw={**RAW, "test_fraction": 0.25})
    directory = _sweep(tmp_path, of)
    executor = LocalProcesses(directory.runs, of.data_dir, 2)
    assert asyncio.run(coordinate(directory, of, executor)) == 0
    ended = _ended(directory)
    assert sorted(line.trial for line in ended) == [1, 2, 3, 4]
    assert all(line.boundary is not None and not line.boundary.points for line in ended)
    record = directory.run("0001").record()
    assert record.finished is not None
    by_number = {line.trial: line for line in ended}
    assert by_number[1].value == record.finished.metrics["train_loss"]
    assert not any(name.startswith("test") for line in ended for name in line.metrics)
    assert not (directory.runs / "0001" / "snapshots").exists()


def test_trials_of_one_shape_are_trained_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its line, its run and its picture; the winner is trained again alone."""
    monkeypatch.setattr(stacking, "LEAST", 2)
    monkeypatch.setattr(stacking, "BEGIN_S", -1.0)
    of = plan(RATES, WIDTHS, seeds=2)
    directory = _sweep(tmp_path, of)
    executor = LocalProcesses(directory.runs, of.data_dir, 1)
    assert asyncio.run(coordinate(directory, of, executor)) == 0
    ended = _ended(directory)
    assert sorted(line.trial for line in ended) == list(range(1, 9))
    assert {line.executor for line in ended} == {"stacked"}
    assert all(line.boundary is not None for line in ended)
    lines = directory.lines()[0]
    checks = [line for line in lines if isinstance(line, StackChecked)]
    assert [len(check.trials) for check in checks] == [1, 1]  # a stack for each width
    assert all(check.worst is not None and check.worst < 1e-5 for check in checks)
    (winner,) = (line for line in lines if isinstance(line, WinnerTrained))
    assert winner.run == "winner"
    best = min(line.value for line in ended if line.value is not None)
    assert winner.value is not None
    assert any(
        line.value is not None and abs(line.value - winner.value) < 1e-5
        for line in ended
        if line.cell == winner.cell
    )
    assert best <= winner.value + 1e-5


def test_what_an_earlier_life_began_goes_on_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is there already is none of a stack's."""
    monkeypatch.setattr(stacking, "LEAST", 2)
    monkeypatch.setattr(stacking, "BEGIN_S", -1.0)
    of = plan(RATES, seeds=2)
    directory = _sweep(tmp_path, of)
    (directory.runs / "0002").mkdir()
    executor = LocalProcesses(directory.runs, of.data_dir, 1)
    assert asyncio.run(coordinate(directory, of, executor)) == 0
    trained = {line.trial: line.executor for line in _ended(directory)}
    assert trained == {1: "stacked", 2: "eager", 3: "stacked", 4: "stacked"}


def test_a_process_that_is_killed_loses_one_training_which_is_tried_again(tmp_path: Path) -> None:
    """The table says what was tried, and the second attempt is whole."""

    class Murderous(LocalProcesses):
        async def train(self, group: Group, listener: Listener) -> None:
            if group[0].directory == "0001":
                listener = Killing(self._runs_dir, listener)
            await super().train(group, listener)

    raw = {**RAW, "epochs": 400, "report_every": 400}
    directory = _sweep(tmp_path, plan(WIDTHS, raw=raw, processes=1))
    of = directory.plan()
    assert asyncio.run(coordinate(directory, of, Murderous(directory.runs, of.data_dir, 1))) == 0
    (crash,) = (line for line in directory.lines()[0] if isinstance(line, TrialCrashed))
    assert (crash.trial, crash.run) == (1, "0001")
    assert "killed or it crashed" in crash.complaint
    ended = {line.trial: (line.run, line.ending) for line in _ended(directory)}
    assert ended == {1: ("0001-again", "completed"), 2: ("0002", "completed")}


class Killing:
    """Hears that a training has begun, and kills its process."""

    def __init__(self, runs: Path, heard_by: Listener) -> None:
        self._runs = runs
        self.progressed = heard_by.progressed
        self.reported = heard_by.reported
        self.ended = heard_by.ended
        self.compared = heard_by.compared

    def begun(self, number: int) -> None:
        lease = read_lease(self._runs / f"{number:04}")
        assert lease is not None
        os.kill(lease.pid, signal.SIGKILL)
