"""Two clients watch one trainer; one of them begins the next run, and the other follows it."""

from __future__ import annotations

from pathlib import Path

from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    run_async,
    the_end,
    to_resume,
    to_train,
)
from tests.engine.training.tiny import small


async def _told(session: Session) -> list[ev.Event]:
    """The recorded events that a session is told up to the end of a run."""
    return [happened async for happened in session.events() if isinstance(happened, ev.Event)]


async def _stopped(session: Session, runs_dir: Path, steps: int) -> Run:
    run = await begun_paused(session, demanding(), runs_dir)
    await on(session, steps)
    await session.do(p.Stop())
    await the_end(session)
    return run


def test_a_new_run_is_told_from_its_first_event(warm: Path, tmp_path: Path) -> None:
    """Also to one who came while a resumed run went on, whose part of the record began late."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            first = await _stopped(session, tmp_path, 9)
            await session.begin(to_resume(first))
            async with Session.attach(first) as other:
                await session.do(p.Stop())
                assert await _told(other) == list(first.raw_events())
                second = Run(await session.begin(to_train(small(), tmp_path)))
                told = await _told(other)
                assert told == list(second.raw_events())
                assert isinstance(told[0], ev.RunStarted)
                assert other.run == second.path
                third = Run(await session.begin(to_train(small(), tmp_path)))
                assert (await the_end(session)).run == str(third.path)
                assert await _told(other) == list(third.raw_events())

    run_async(train())


def test_a_resumed_run_is_told_from_where_one_was(warm: Path, tmp_path: Path) -> None:
    """Who never saw the run gets its whole record, who saw it the rest; nobody anything twice."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            earlier = await _stopped(session, tmp_path, 5)
            run = await begun_paused(session, demanding(), tmp_path)
            async with Session.attach(run) as other:
                await session.do(p.Stop())
                seen = await _told(other)
                await session.begin(to_resume(run))
                await session.do(p.Stop())
                seen += await _told(other)
                assert seen == list(run.raw_events())
                mine = await _told(session)
                assert isinstance(mine[0], ev.Resumed)
                await session.begin(to_resume(earlier))
                await session.do(p.Stop())
                assert await _told(other) == list(earlier.raw_events())
                assert other.run == earlier.path

    run_async(train())
