"""The coordinator as a process: killed at any time it goes on, and trains nothing twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs.lease import read_lease
from engine.sweeps import launch
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.table import TrialEnded
from tests.engine.service import nursery
from tests.engine.service.live import WAIT_S
from tests.engine.sweeps.planned import RATES, RAW, WIDTHS, plan


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _ended(directory: SweepDirectory) -> list[TrialEnded]:
    return [line for line in directory.lines()[0] if isinstance(line, TrialEnded)]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SweepDirectory:
    """A sweep of eight trainings, a fraction of a second each, whose workers are born warm."""
    nursery.NEEDED.start()
    monkeypatch.setattr(launch, "COORDINATOR", "tests.engine.sweeps.coordinator_process")
    raw = {**RAW, "epochs": 1_500, "report_every": 500}
    return SweepDirectory.create(tmp_path / "runs", plan(RATES, WIDTHS, raw=raw, seeds=2))


def test_a_sweep_that_is_killed_goes_on_and_trains_nothing_twice(
    directory: SweepDirectory,
) -> None:
    """It is one process at a time; stopped it goes on as well, to the same figures each time."""
    launch.start(directory)
    with pytest.raises(UsageError, match="trains it already"):
        launch.start(directory)
    _until(lambda: len(_ended(directory)) >= 2)
    lease = read_lease(directory.path)
    assert lease is not None
    os.kill(lease.pid, signal.SIGKILL)
    _until(lambda: not directory.is_live)
    assert directory.state() == "crashed"
    before = {line.run for line in _ended(directory)}

    launch.start(directory)
    _until(lambda: len(_ended(directory)) > len(before))
    launch.stop(directory)
    assert directory.state() == "stopped"
    with pytest.raises(UsageError, match="nothing trains it here that could be stopped"):
        launch.stop(directory)

    launch.start(directory)
    _until(lambda: not directory.is_live)
    assert directory.state() == "completed"
    assert sorted(line.trial for line in _ended(directory)) == [*range(1, 9)]
    for number in range(1, 9):
        run = directory.run(f"{number:04}")
        kinds = [type(event) for event in run.raw_events()]
        assert kinds.count(ev.RunStarted) == 1
        assert not (run.name in before and ev.Resumed in kinds)
        finished = run.record().finished
        assert finished is not None
        assert (finished.reason, finished.steps) == ("completed", 1_500)
    assert not [path for path in directory.runs.iterdir() if path.name.endswith("-again")]
