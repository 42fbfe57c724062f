"""A headless training: started, followed, reported, ended by signals with its checkpoint kept."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import WorkerLost
from engine.runs import events as ev
from engine.runs.pictures import Pictures
from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.client import Session
from engine.spec.experiment import Experiment
from tui.headless.ending import exit_code, print_end, print_record
from tui.headless.progress import Manner, Show
from tui.headless.report import grid
from tui.headless.signals import Caught, caught_signals
from tui.live.history import History

PROGRESS_HZ = 5.0


@dataclass(frozen=True)
class Job:
    """What to train and where to put it."""

    experiment: Experiment
    name: str
    runs_dir: Path
    data_dir: Path
    on_disconnect: p.OnDisconnect = "stop"
    executor: p.Executor = "auto"
    changes: tuple[tuple[int, float], ...] = ()
    until_step: int | None = None

    async def begin(self, session: Session) -> None:
        """Have a session's worker train it."""
        await session.train(
            self.experiment,
            name=self.name,
            runs_dir=self.runs_dir,
            data_dir=self.data_dir,
            on_disconnect=self.on_disconnect,
            executor=self.executor,
            changes=list(self.changes),
            until_step=self.until_step,
        )


def train(job: Job, manner: Manner) -> int:
    """Train in a fresh worker and show it; returns the exit code.

    Raises PerceptuiError, or BrokenPipeError if stdout was closed meanwhile.
    """
    return asyncio.run(_in_worker(job.begin, job.experiment.epochs, manner))


@dataclass(frozen=True)
class Continuation:
    """How to go on with a run that ended early."""

    run: Run
    data_dir: Path
    on_disconnect: p.OnDisconnect = "stop"
    rewind: bool = False
    learning_rate: float | None = None

    async def begin(self, session: Session) -> None:
        """Have a session's worker go on with it."""
        await session.resume(
            self.run,
            data_dir=self.data_dir,
            on_disconnect=self.on_disconnect,
            rewind=self.rewind,
            learning_rate=self.learning_rate,
        )


def resume(continuation: Continuation, manner: Manner) -> int:
    """Go on with a run in a fresh worker and show it; returns the exit code."""
    run, history = continuation.run, History()
    for event in run.record().events:
        history.add(event)
    return asyncio.run(_in_worker(continuation.begin, run.experiment().epochs, manner, history))


def detached(begin: Callable[[Session], Awaitable[None]]) -> int:
    """Begin in a fresh worker that goes on by itself, and print the run's path."""

    async def start() -> int:
        async with AsyncExitStack() as stack:
            caught = stack.enter_context(caught_signals())
            session = await _opened(caught, stack)
            if session is not None and await _begun(session, begin, caught):
                print(session.run, flush=True)
            return caught.exit_code

    return asyncio.run(start())


def attach(run: Run, manner: Manner) -> int:
    """Watch a live run until it ends; a signal ends the watching, not the run."""

    async def watch() -> int:
        async with Session.attach(run) as session:
            with caught_signals() as caught, Show(manner, run.experiment().epochs) as show:
                history = History()
                following = asyncio.create_task(_follow(session, show, history))
                await session.watch(progress_hz=PROGRESS_HZ)
                waiting = asyncio.create_task(caught.wait())
                await asyncio.wait({following, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    following.cancel()
                    return caught.exit_code
                waiting.cancel()
                following.result()
                return await _end(session, show, history)

    return asyncio.run(watch())


def read(run: Run, manner: Manner) -> int:
    """Show what the record of a run that is not live says; returns the exit code."""
    history = History()
    with Show(manner, run.experiment().epochs) as show:
        for event in run.record().events:
            history.add(event)
            show.happened(event)
        show.check()
    if not manner.json:
        print_record(manner, history, run)
    return exit_code(history, 0)


def stop(run: Run) -> None:
    """End a live run with a checkpoint; raises PerceptuiError where it can't be reached."""

    async def ask() -> None:
        async with Session.attach(run) as session:
            await session.stop()

    asyncio.run(ask())


async def _in_worker(
    begin: Callable[[Session], Awaitable[None]],
    epochs: int,
    manner: Manner,
    history: History | None = None,
) -> int:
    history = history or History()
    async with AsyncExitStack() as stack:
        caught = stack.enter_context(caught_signals())
        show = stack.enter_context(Show(manner, epochs))
        session = await _opened(caught, stack)
        if session is None:
            return caught.exit_code
        following = asyncio.create_task(_follow(session, show, history))
        stack.callback(_drop, following)
        if not await _begun(session, begin, caught):
            return caught.exit_code
        stopping = asyncio.create_task(_stop_when_asked(session, caught, show))
        stack.callback(_drop, stopping)
        await session.watch(progress_hz=PROGRESS_HZ)
        await following
        code = await _end(session, show, history, caught)
        stopping.cancel()
        await session.shutdown()
        return code


async def _opened(caught: Caught, stack: AsyncExitStack) -> Session | None:
    """A session with a fresh worker; None if a signal came first."""
    opening = asyncio.ensure_future(stack.enter_async_context(Session.open()))
    await _either(opening, caught)
    if not opening.done():
        opening.cancel()
        await asyncio.wait({opening})
        if opening.cancelled():
            return None
    return await opening


async def _begun(
    session: Session, begin: Callable[[Session], Awaitable[None]], caught: Caught
) -> bool:
    """Begin a training; False if a signal, to this process or the worker, came before it began.

    One that comes a moment too late ends a run that has begun, with its checkpoint.
    """
    beginning = asyncio.ensure_future(begin(session))
    await _either(beginning, caught)
    if not beginning.done():
        with suppress(ProcessLookupError):
            os.kill(session.pid, signal.SIGTERM)
    try:
        await beginning
    except WorkerLost:
        if not (caught.number or session.signal):
            raise
        caught.number = caught.number or session.signal
        return False
    return True


async def _either(task: asyncio.Future[Any], caught: Caught) -> None:
    """Wait for a task or a signal."""
    waiting = asyncio.create_task(caught.wait())
    either: set[asyncio.Future[Any]] = {task, waiting}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _drop(task: asyncio.Task[None]) -> None:
    """End a task whose outcome nobody waits for."""
    task.cancel()
    if task.done() and not task.cancelled():
        task.exception()


async def _follow(session: Session, show: Show, history: History) -> None:
    async for happened in session.events():
        if isinstance(happened, ev.Event):
            history.add(happened)
        show.happened(happened)


async def _stop_when_asked(session: Session, caught: Caught, show: Show) -> None:
    """End the run at a signal, or when nobody reads what is printed any more."""
    await asyncio.wait(
        {asyncio.create_task(caught.wait()), asyncio.create_task(show.broken.wait())},
        return_when=asyncio.FIRST_COMPLETED,
    )
    with suppress(WorkerLost):  # who follows the events is told
        await session.stop("interrupted")


async def _end(session: Session, show: Show, history: History, caught: Caught | None = None) -> int:
    """Print what there is to say at the end; returns the exit code."""
    show.close()
    manner = show.manner
    number = (caught.number if caught else 0) or session.signal
    if not manner.json and not show.broken.is_set():
        pictures: Pictures | None = None
        if history.diverged is None and history.failed is None and not number and not manner.quiet:
            pictures = await session.pictures(*grid(manner.terminal.width, manner.terminal.look))
        assert session.run is not None, "a training that ended has a run"
        run = Run(session.run)
        show.guarded(lambda: print_end(manner, history, pictures, run))
    show.check()
    return exit_code(history, number)
