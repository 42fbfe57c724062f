"""A training may keep to a pace that a person can watch; no number changes by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.pace import Pace, pace_of
from tests.engine.service.live import (
    begun_paused,
    demanding,
    endless,
    eventually,
    on,
    run_async,
    the_end,
    to_train,
    uninterrupted,
    until,
    weights_of,
)


def test_steps_are_due_as_the_pace_says() -> None:
    """The first at once, the others in turn; a person who asks for one need not wait for it."""
    pace = Pace()
    assert (pace.allowed(7.0), pace.rest_s(7.0)) == (None, 0.0)
    pace.set(4.0, 10.0)
    assert (pace.allowed(10.0), pace.rest_s(10.0)) == (1, 0.0)
    pace.done(1)
    assert (pace.allowed(10.1), pace.rest_s(10.125)) == (0, 0.125)
    pace.begin(10.125)
    assert pace.allowed(10.125) == 1
    pace.done(1)
    assert pace.allowed(10.375) == 1


def test_a_training_slower_than_its_pace_makes_up_for_little() -> None:
    """What was missed is not done in a rush once steps are quick again."""
    pace = Pace()
    pace.set(100.0, 0.0)
    assert pace.allowed(0.1) == 11
    assert pace.allowed(60.0) == 26


def test_a_first_run_of_any_length_has_a_pace() -> None:
    """It takes about as long as it is to be seen; what no pace is fast enough for has none."""
    assert pace_of(500, 5.0) == 100.0
    assert pace_of(1, 600.0) == 0.1
    assert pace_of(5_000_000, 5.0) == 1e6
    assert pace_of(4 * 10**9, 5.0) == 0.0


@pytest.mark.parametrize("wrong", [0.01, -1.0, 1e7, float("nan")])
def test_a_pace_that_is_none_is_refused(wrong: float) -> None:
    """Neither one that would never end nor one that no training has."""
    with pytest.raises(UsageError, match=r"pace: give 0.1 to 1,000,000 steps a second, or 0"):
        Pace().set(wrong, 0.0)


def test_each_step_is_shown_and_no_number_changes(warm: Path, tmp_path: Path) -> None:
    """With progress and a picture of the same step; the run is the one at full speed, bit by bit,
    and nothing of the pace is in its record.
    """

    async def train() -> tuple[Run, list[int], int]:
        async with Session.connect(warm) as session:
            order = to_train(demanding(epochs=3), tmp_path, paused=True, pace=50.0)
            run = Run(await session.begin(order))
            await session.watch(progress_hz=1000.0, pictures_hz=0.001, grid=(4, 3))
            await session.do(p.Continue())
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            steps = [one.step for one in seen if isinstance(one, p.Progress) and one.pace == 50]
            return run, steps, sum(isinstance(one, p.Drawn) for one in seen)

    run, steps, num_drawn = run_async(train())
    assert steps == sorted(set(steps))
    assert num_drawn >= 1
    assert weights_of(run) == uninterrupted(demanding(epochs=3))[0]
    assert "pace" not in (run.path / "events.jsonl").read_text()


def test_keys_are_answered_at_once_at_the_slowest_pace(warm: Path, tmp_path: Path) -> None:
    """Steps by hand, a pause and a stop come in less than the ten seconds between two steps."""

    async def steer() -> None:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, endless(), tmp_path)
            await session.do(p.SetPace(steps_per_s=0.1))
            assert [await on(session, 1) for _ in range(3)] == [1, 2, 3]
            await session.do(p.Continue())
            await session.do(p.SetPace(steps_per_s=0.2))
            await session.do(p.Pause())
            paused = await until(session, lambda happened: isinstance(happened, ev.Paused))
            assert isinstance(paused[-1], ev.Paused)
            assert paused[-1].step <= 5
            await session.do(p.Continue())
            await session.do(p.Stop())
            finished = await the_end(session)
            assert finished.steps <= 7
            assert run.record().finished is not None

    run_async(steer())


def test_one_key_leads_to_full_speed(warm: Path, tmp_path: Path) -> None:
    """A training that would take ten minutes at its pace ends when that is given up."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            order = to_train(demanding(epochs=15), tmp_path, paused=True, lasting_s=600.0)
            run = Run(await session.begin(order))
            await session.watch(progress_hz=100.0)
            await session.do(p.Continue())
            told = await until(session, lambda happened: isinstance(happened, p.Progress))
            assert isinstance(told[-1], p.Progress)
            assert told[-1].pace == 0.1
            await session.do(p.SetPace(steps_per_s=0.0))
            await the_end(session)
            return run

    assert weights_of(run_async(train())) == uninterrupted(demanding(epochs=15))[0]


def test_a_training_that_nobody_watches_has_no_pace(warm: Path, tmp_path: Path) -> None:
    """Once its watchers are gone it goes as fast as it can."""

    async def leave() -> Run:
        async with Session.connect(warm) as session:
            order = to_train(demanding(epochs=15), tmp_path, pace=0.1)
            return Run(await session.begin(order))

    run = run_async(leave())

    eventually(lambda: run.record().finished is not None)
    finished = run.record().finished
    assert finished is not None
    assert (finished.reason, finished.steps) == ("completed", 60)
