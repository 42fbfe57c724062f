"""A trainer tells, with nobody attached, and what is chosen never holds it up."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.notices.choice import Choice
from engine.service.client.session import Session
from tests.engine.service.live import WAIT_S, endless, run_async, the_end, to_train
from tests.engine.training.tiny import NOWHERE, small

SAYS = (
    "import os, sys; open(sys.argv[1], 'a').write("
    "os.environ['PERCEPTUI_NOTICE'] + ': ' + os.environ['PERCEPTUI_TEXT'] + chr(10))"
)


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a command that was chosen writes what it is told."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "said"
    Choice(command=(sys.executable, "-c", SAYS, str(path)), least_s=0.0, stall_s=0.5).save()
    return path


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def _finished(folder: Path, **changes: object) -> None:
    async with Session.open() as session:
        await session.begin(to_train(small(**changes), folder, data_dir=NOWHERE.data_dir))
        await the_end(session)


def test_an_end_and_a_divergence_are_told(said: Path, tmp_path: Path) -> None:
    """With what was measured, or where it diverged."""
    far = {"optimizer": "SGD(lr=1e38)"}
    run_async(_finished(tmp_path / "runs"))
    _until(said.exists)
    run_async(_finished(tmp_path / "runs", layers=["Linear(1)"], loss="MSELoss()", **far))
    _until(lambda: said.read_text().count("\n") == 2)
    first, second = said.read_text().splitlines()
    assert first.startswith("end: ended after 4 epochs: train loss 0.")
    assert second.startswith("divergence: diverged in epoch ")


def test_a_killed_trainer_is_told_of(said: Path, tmp_path: Path) -> None:
    """By the process beside it."""

    async def killed() -> None:
        async with Session.open() as session:
            await session.begin(to_train(endless(), tmp_path / "runs", data_dir=NOWHERE.data_dir))
            os.kill(session.pid, signal.SIGKILL)

    run_async(killed())
    _until(said.exists)
    _until(lambda: said.read_text().endswith("\n"))
    assert said.read_text().startswith("death: the trainer died")


def test_a_trainer_that_stands_still_is_told_of(said: Path, tmp_path: Path) -> None:
    """One that is stopped, so that no step follows; it is told by the process beside it."""

    async def stopped() -> None:
        async with Session.open() as session:
            await session.begin(to_train(endless(), tmp_path / "runs", data_dir=NOWHERE.data_dir))
            os.kill(session.pid, signal.SIGSTOP)
            try:
                _until(lambda: said.exists() and said.read_text().endswith("\n"))
            finally:
                os.kill(session.pid, signal.SIGKILL)

    run_async(stopped())
    assert said.read_text().startswith("stall: no progress for 0.5 s, since step ")


def test_a_training_that_breaks_off_is_told_of(said: Path, tmp_path: Path) -> None:
    """With the reason: BCELoss refuses what is no probability."""
    run_async(_finished(tmp_path / "runs", layers=["Linear(1)"], optimizer="SGD(lr=100)"))
    _until(lambda: said.exists() and said.read_text().endswith("\n"))
    assert said.read_text().startswith("death: broke off after step ")
