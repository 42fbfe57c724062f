"""Trains a sweep's trials in processes of this machine, which go from one to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import NotStacked, PerceptuiError
from engine.runs import events as ev
from engine.runs.contents import discard
from engine.runs.deletion import delete
from engine.runs.kept_checkpoints import kept_checkpoints
from engine.runs.pictures import Boundary
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.stackable import shape_key
from engine.spec.writer import to_toml
from engine.sweeps.execution import Assignment, Group, Listener

PROGRESS_HZ = 2.0
GRID = (24, 24)
"""Columns and rows of the small pictures."""
LONGEST_END_S = 20.0
"""A training that is told to stop is waited for so long."""
LOOK_S = 0.1
CHECKED_OF = 64
"""Of so many trials that are trained in one with others, one is trained alone and compared."""


@dataclass
class _Worker:
    """A process that trains one after the other."""

    session: Session
    stack: AsyncExitStack


class LocalProcesses:
    """Trains each group in an idle process, one thread each unless the experiment says otherwise.

    They are started as they are needed, and end when their coordinator is gone: a training then
    stops with a checkpoint.
    """

    name = "processes"

    def __init__(self, runs_dir: Path, data_dir: str, num_at_once: int) -> None:
        self.num_at_once = num_at_once
        self._runs_dir = runs_dir
        self._data_dir = data_dir
        self._idle: list[_Worker] = []
        self._unchecked: dict[Hashable, int] = {}
        """By what a stack's trials have in common: how many were stacked since one was compared."""

    async def train(self, group: Group, listener: Listener) -> None:
        """Train until every trial of the group has ended, as an Executor does."""
        worker = self._idle.pop() if self._idle else await self._started()
        try:
            if len(group) > 1:
                await self._train_group(worker.session, group, listener)
            else:
                await self._train(worker.session, group[0], listener)
        except asyncio.CancelledError:
            await _stopped(worker.session)
            await self._let_go(worker)
            raise
        except BaseException:
            await self._let_go(worker)
            raise
        self._idle.append(worker)

    async def close(self) -> None:
        """End the processes."""
        idle, self._idle = self._idle, []
        for worker in idle:
            await self._let_go(worker)

    async def _started(self) -> _Worker:
        stack = AsyncExitStack()
        return _Worker(await stack.enter_async_context(Session.open(in_advance=False)), stack)

    async def _let_go(self, worker: _Worker) -> None:
        with suppress(PerceptuiError, TimeoutError):
            async with asyncio.timeout(LONGEST_END_S):
                await worker.session.shutdown()
        await worker.stack.aclose()

    async def _train(self, session: Session, assignment: Assignment, listener: Listener) -> None:
        number, experiment = assignment.number, assignment.experiment
        await session.begin(await self._order(assignment))
        listener.begun(number)
        await session.watch(progress_hz=PROGRESS_HZ)
        is_cut = False
        async for happened in session.events():
            match happened:
                case p.Progress():
                    listener.progressed(number, happened.step / happened.steps)
                case ev.EpochFinished() if not is_cut:
                    is_cut = not listener.reported(number, happened.epoch, happened.metrics)
                    if is_cut:
                        await session.do(p.Stop())
        boundary = await _boundary(session) if experiment.data.is_planar else None
        listener.ended(number, boundary)

    async def _train_group(self, session: Session, group: Group, listener: Listener) -> None:
        """Train a group in one; one by one where it turns out that this can't be."""
        order = p.TrainGroup(
            tomls=tuple(to_toml(one.experiment, complete=True) for one in group),
            directories=tuple(one.directory for one in group),
            runs_dir=str(self._runs_dir),
            data_dir=self._data_dir,
            columns=GRID[0],
            rows=GRID[1],
            num_checked=self._num_checked(group),
        )
        for one in group:
            listener.begun(one.number)
        try:
            async for happened in session.train_group(order):
                match happened:
                    case p.GroupProgress():
                        for one in group:
                            listener.progressed(one.number, happened.share)
                    case p.MemberReported():
                        number = group[happened.index].number
                        listener.reported(number, happened.epoch, happened.metrics)
                    case p.MemberEnded():
                        listener.ended(group[happened.index].number, happened.boundary)
                    case p.GroupEnded():
                        if happened.failure is not None:
                            raise happened.failure.error()
                        compared = happened.compared
                        if compared:
                            apart = {group[one.index].number: one.apart for one in compared}
                            listener.compared(apart)
        except NotStacked:
            for one in group:
                await self._train(session, one, listener)

    def _num_checked(self, group: Group) -> int:
        """How many of a stack are to be trained alone as well: one of the first, then of many."""
        shape = shape_key(group[0].experiment)
        stacked = self._unchecked.get(shape, CHECKED_OF) + len(group)
        is_due = stacked > CHECKED_OF
        self._unchecked[shape] = 0 if is_due else stacked
        return int(is_due)

    async def _order(self, assignment: Assignment) -> p.Train | p.Resume:
        """How to train it: from where an earlier life of the sweep has left it, if it has begun."""
        run = Run(self._runs_dir / assignment.directory)
        if run.path.exists():
            while state_of(run).is_live:  # its process has not noticed yet that nobody is there
                await asyncio.sleep(LOOK_S)
            if kept_checkpoints(run):
                return p.Resume(run=str(run.path), data_dir=self._data_dir, on_disconnect="stop")
            _remove(run)
        return p.Train(
            toml=to_toml(assignment.experiment, complete=True),
            name=assignment.directory,
            runs_dir=str(self._runs_dir),
            directory=assignment.directory,
            data_dir=self._data_dir,
            on_disconnect="stop",
            snapshot_bytes=0,
        )


async def _stopped(session: Session) -> None:
    """Stop what a process trains, with a checkpoint, and wait until it has."""
    with suppress(PerceptuiError, TimeoutError):
        async with asyncio.timeout(LONGEST_END_S):
            await session.do(p.Stop(reason="interrupted"))


async def _boundary(session: Session) -> Boundary | None:
    """A small picture of what the network says over the plane, without the samples."""
    with suppress(PerceptuiError):  # the training is over, whatever becomes of its picture
        boundary = (await session.pictures(*GRID)).boundary
        return boundary and msgspec.structs.replace(boundary, points=[])
    return None


def _remove(run: Run) -> None:
    """Remove a run that has nothing to go on from."""
    try:
        delete(run)
    except PerceptuiError:  # it has no record yet, so it is not known as a run
        discard(run.path)
