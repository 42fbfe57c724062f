"""What a person changes on the way is in the record, and can be repeated from it bit by bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PerceptuiError, UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    rates_of,
    reported,
    run_async,
    the_end,
    to_resume,
    to_train,
    uninterrupted,
    weights_of,
)


async def _replayed(session: Session, run: Run, runs_dir: Path) -> Run:
    """Train the run again as `perceptui replay` does."""
    changes = run.record().changes_by_hand()
    path = await session.begin(to_train(run.experiment(), runs_dir, changes=changes))
    await the_end(session)
    return Run(path)


def test_learning_rates_are_recorded_and_replayed(warm: Path, tmp_path: Path) -> None:
    """Rates that were set, twice at one step too, are used, recorded, and repeated by a replay."""

    async def train() -> tuple[Run, Run]:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(epochs=60), tmp_path)
            await on(session, 30)
            await session.do(p.SetLearningRate(factor=0.5))
            await session.do(p.SetLearningRate(factor=0.25))
            await on(session, 31)
            await session.do(p.SetLearningRate(factor=3.0))
            with pytest.raises(UsageError, match="learning-rate factor"):
                await session.do(p.SetLearningRate(factor=0.0))
            await session.do(p.Continue())
            await the_end(session)
            return run, await _replayed(session, run, tmp_path)

    run, replayed = run_async(train())
    assert rates_of(run) == [(30, 0.5), (30, 0.25), (61, 3.0)]
    assert weights_of(replayed) == weights_of(run) != uninterrupted(demanding(epochs=60))[0]
    assert reported(replayed.record().events) == reported(run.record().events)


def test_rewinding_to_the_last_checkpoint_changes_nothing(warm: Path, tmp_path: Path) -> None:
    """A training that was set back, with all it did since undone, ends as if it never was."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(epochs=60), tmp_path)
            await on(session, 50)
            await session.do(p.Rewind(to="best"))
            await on(session, 33)
            await session.do(p.SetLearningRate(factor=10))
            await on(session, 20)
            await session.do(p.Rewind(to="last"))
            await session.do(p.Continue())
            await the_end(session)
            return run

    run = run_async(train())
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(demanding(epochs=60))
    assert rates_of(run) == []


def test_rewinds_and_rates_are_replayed(warm: Path, tmp_path: Path) -> None:
    """Back to the best, on at another rate, back to the last, on: a replay gives the same bits.

    No epoch counts twice in the record.
    """

    async def train() -> tuple[Run, Run]:
        experiment = demanding(epochs=60, report_every=1)
        async with Session.connect(warm) as session:
            run = await begun_paused(session, experiment, tmp_path)
            await on(session, 30)
            await session.do(p.SetLearningRate(factor=2.0))
            await on(session, 90)
            await session.do(p.Rewind(to="best"))
            await session.do(p.SetLearningRate(factor=100.0))  # nothing good comes of it
            await on(session, 40)
            await session.do(p.Rewind(to="best"))
            await session.do(p.SetLearningRate(factor=0.5))
            await on(session, 23)
            await session.do(p.Rewind(to="last"))
            await on(session, 6)
            await session.do(p.Rewind(to="best"))
            await session.do(p.Continue())
            await the_end(session)
            return run, await _replayed(session, run, tmp_path)

    run, replayed = run_async(train())
    record = run.record()
    epochs = [event.epoch for event in record.events if isinstance(event, ev.EpochFinished)]
    assert epochs == list(range(1, 61))
    assert sum(isinstance(event, ev.Rewound) for event in run.raw_events()) == 4
    assert weights_of(replayed) == weights_of(run)
    assert reported(replayed.record().events) == reported(record.events)


def test_a_rewind_outlives_the_process(warm: Path, tmp_path: Path) -> None:
    """A run that was set back and stopped at once is resumed from where it was set back to."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(epochs=60), tmp_path)
            await on(session, 22)
            await session.do(p.Rewind(to="best"))
            await on(session, 100)
            await session.do(p.SetLearningRate(factor=7.0))
            await on(session, 9)
            await session.do(p.Rewind(to="last"))
            await session.do(p.Stop())
            await session.begin(to_resume(run))
            await the_end(session)
            return run

    run = run_async(train())
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(demanding(epochs=60))


def test_a_best_that_was_left_is_not_gone_back_to(warm: Path, tmp_path: Path) -> None:
    """After a rewind to before the best epoch, `best` is the one that was the best until then."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            # Plain gradient descent on all samples: every epoch is the best so far.
            steady = demanding(layers=["Linear(1)", "Sigmoid()"], optimizer="SGD(lr=0.01)",
                               batch_size="full", schedule="constant",
                               validation_fraction=0.0, report_every=1)  # fmt: skip
            run = await begun_paused(session, steady, tmp_path)
            with pytest.raises(PerceptuiError, match="no checkpoint was written yet"):
                await session.do(p.Rewind(to="best"))
            await on(session, 10)
            await session.do(p.Rewind(to="best"))
            await on(session, 10)
            await session.do(p.Rewind(to="last"))
            await session.do(p.Rewind(to="best"))
            await session.do(p.Stop())
            found = [event for event in run.raw_events() if isinstance(event, ev.Rewound)]
            assert [(event.to, event.from_step) for event in found] == [
                ("best", 10),
                ("last", 10),
                ("best", 10),
            ]

    run_async(train())


def test_a_replay_ends_where_the_run_was_stopped(warm: Path, tmp_path: Path) -> None:
    """until_step ends a training after exactly so many steps, with those weights."""

    async def train() -> tuple[Run, Run]:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(), tmp_path)
            await on(session, 23)
            await session.do(p.Stop())
            again = Run(await session.begin(to_train(demanding(), tmp_path, until_step=23)))
            await the_end(session)
            return run, again

    run, again = run_async(train())
    assert weights_of(run) == weights_of(again)
    finished = again.record().finished
    assert finished is not None
    assert (finished.reason, finished.steps) == ("stopped", 23)
