"""A headless training: started, followed, reported, ended by signals with its checkpoint kept."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from typing import Any

from engine.errors import PerceptuiError, WorkerLost
from engine.runs import events as ev
from engine.runs.outcome import outcome_of
from engine.runs.pictures import Pictures
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.first_look import look_at
from engine.service.client.session import Session
from tui.commands.complaint import complain, complain_of
from tui.headless.ending import UNKEPT, exit_code, print_end, print_record
from tui.headless.patience import is_outlasted, what_is_kept
from tui.headless.progress import Presentation, Show
from tui.headless.report import grid, load_drawing
from tui.headless.signals import Caught, caught_signals
from tui.headless.staying import staying_order
from tui.headless.waiting import tell_loading, told
from tui.live.history import History
from tui.terminal.printing import Terminal

PROGRESS_HZ = 5.0


def train(order: p.Train, presentation: Presentation) -> int:
    """Train in a fresh worker and show it; returns the exit code.

    Raises PerceptuiError, or BrokenPipeError if stdout was closed meanwhile.
    """
    look_at(order)
    return asyncio.run(_in_worker(order, order.experiment().epochs, presentation))


def resume(order: p.Resume, presentation: Presentation) -> int:
    """Go on with a run in a fresh worker and show it; returns the exit code."""
    run, history = Run(Path(order.run)), History()
    for event in run.events():
        history.add(event)
    look_at(order)
    return asyncio.run(_in_worker(order, run.experiment().epochs, presentation, history))


def detached(order: p.Train | p.Resume) -> int:
    """Begin in a fresh worker that goes on by itself, and print the run's path."""

    async def start() -> int:
        async with AsyncExitStack() as stack:
            caught = stack.enter_context(caught_signals())
            with told("the trainer, which loads PyTorch"):
                session = await _opened(caught, stack)
            if session is None:
                return caught.exit_code
            stack.callback(_drop, asyncio.create_task(tell_loading(session)))
            beginning = asyncio.create_task(_begun(session, order, caught))
            stack.callback(_drop, beginning)
            with told("the training, whose data and network are made ready"):
                if await is_outlasted(beginning, session, caught, complain):
                    return caught.exit_code
            if await beginning:
                Terminal().path(str(session.run))
            return caught.exit_code

    look_at(order)
    return asyncio.run(start())


def attach(run: Run, presentation: Presentation) -> int:
    """Watch a live run until it ends; a signal ends the watching, not the run.

    Of what a resume or a rewind took back only that it did is told.
    """

    async def watch() -> int:
        async with Session.attach(run) as session:
            epochs, passed_over = _known(run)
            with caught_signals() as caught, Show(presentation, epochs, passed_over) as show:
                watching = asyncio.create_task(_watched(session, show))
                await caught.or_done(watching)
                if watching.done():
                    return await watching
                _drop(watching)
                return caught.exit_code

    return asyncio.run(watch())


def _known(run: Run) -> tuple[int, frozenset[int]]:
    """A live run's epochs, and the events taken back; what can't be read its trainer tells."""
    try:
        return run.experiment().epochs, run.passed_over()
    except PerceptuiError:
        return 0, frozenset()


async def _watched(session: Session, show: Show) -> int:
    history = History()
    following = asyncio.create_task(_follow(session, show, history))
    try:
        await _watch(session)
        await following
    finally:
        _drop(following)
    return await _end(session, show, history)


async def _watch(session: Session) -> None:
    """Have progress sent; a trainer that is gone already has told its end, or who follows raises.

    What it told last lies unread on this side while the connection is down.
    """
    with suppress(WorkerLost):
        await session.watch(progress_hz=PROGRESS_HZ)


def read(run: Run, presentation: Presentation) -> int:
    """Show what the record of a run that is not live says; returns the exit code."""
    history = History()
    with Show(presentation, run.experiment().epochs) as show:
        for event in run.events():
            history.add(event)
            show.happened(event)
        show.check()
    if not presentation.json:
        print_record(presentation, history, run)
    if history.latest.unkept_sentence:
        complain(history.latest.unkept_sentence)
    return exit_code(history, 0)


def stop(run: Run) -> int:
    """End a live run with a checkpoint; raises PerceptuiError where it can't be reached.

    A signal ends the waiting for that.
    """

    async def ask() -> None:
        async with Session.attach(run) as session:
            await session.do(p.Stop())

    async def wait() -> int:
        with caught_signals() as caught:
            asking = asyncio.create_task(ask())
            await caught.or_done(asking)
            if asking.done():
                await asking
                return _told_unkept(run)
            _drop(asking)
            complain(f"{run.path}: its trainer has not answered; {what_is_kept(run)}")
            return caught.exit_code

    return asyncio.run(wait())


def _told_unkept(run: Run) -> int:
    """Tell what could not be kept of a run that is over; returns the exit code."""
    if outcome_of(run).is_kept:
        return 0
    history = History()
    for event in run.events():
        history.add(event)
    complain(history.latest.unkept_sentence or f"{run.path}: its weights are not kept")
    return UNKEPT


async def _in_worker(
    order: p.Train | p.Resume,
    epochs: int,
    presentation: Presentation,
    history: History | None = None,
) -> int:
    async with AsyncExitStack() as stack:
        caught = stack.enter_context(caught_signals())
        show = stack.enter_context(Show(presentation, epochs))
        session = await _opened(caught, stack)
        if session is None:
            return caught.exit_code
        training = asyncio.create_task(_trained(session, order, show, history or History(), caught))
        stack.callback(_drop, training)

        def tell(text: str) -> None:
            show.close()
            complain(text)

        if await is_outlasted(training, session, caught, tell):
            return caught.exit_code
        return await training


async def _trained(
    session: Session,
    order: p.Train | p.Resume,
    show: Show,
    history: History,
    caught: Caught,
) -> int:
    """Begin a training and follow it to its end; returns the exit code."""
    with ExitStack() as stack:
        following = asyncio.create_task(_follow(session, show, history))
        stack.callback(_drop, following)
        if _is_reported(show.presentation):
            stack.callback(_drop, asyncio.create_task(asyncio.to_thread(load_drawing)))
        if not await _begun(session, order, caught):
            return caught.exit_code
        stopping = asyncio.create_task(_stop_when_asked(session, caught, show))
        stack.callback(_drop, stopping)
        await _watch(session)
        await following
        code = await _end(session, show, history, caught)
        stopping.cancel()
        staying = staying_order(order, code)
        if staying is None or not await session.stay_warm(staying):
            await session.shutdown(waits=False)
        return code


async def _opened(caught: Caught, stack: AsyncExitStack) -> Session | None:
    """A session with a fresh worker; None if a signal came first."""
    opening = asyncio.ensure_future(stack.enter_async_context(Session.open(in_advance=False)))
    await caught.or_done(opening)
    if not opening.done():
        opening.cancel()
        await asyncio.wait({opening})
        if opening.cancelled():
            return None
    return await opening


async def _begun(session: Session, order: p.Train | p.Resume, caught: Caught) -> bool:
    """Begin a training; False if a signal, to this process or the worker, came before it began.

    One that comes a moment too late ends a run that has begun, with its checkpoint.
    """
    beginning = asyncio.ensure_future(session.begin(order))
    await caught.or_done(beginning)
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
    complain_of(session.remarks())
    return True


def _drop(task: asyncio.Future[Any]) -> None:
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
        await session.do(p.Stop(reason="interrupted"))


async def _end(session: Session, show: Show, history: History, caught: Caught | None = None) -> int:
    """Print what there is to say at the end; returns the exit code."""
    show.close()
    presentation, latest = show.presentation, history.latest
    is_printed = not presentation.json and not show.broken.is_set()
    pictures: Pictures | None = None
    if (
        is_printed
        and _is_reported(presentation)
        and latest.diverged is None
        and latest.failed is None
        and not _ended_by(session, caught)
    ):
        with suppress(WorkerLost):  # the run has finished: all but what is drawn is told
            pictures = await session.pictures(
                *grid(presentation.terminal.width, presentation.terminal.look)
            )
    if is_printed:
        assert session.run is not None, "a training that ended has a run"
        run = Run(session.run)
        show.guarded(lambda: print_end(presentation, history, pictures, run))
    show.check()
    if latest.unkept_sentence:
        complain(latest.unkept_sentence)
    return exit_code(history, _ended_by(session, caught))


def _is_reported(presentation: Presentation) -> bool:
    """Whether a report is drawn at the end."""
    return not presentation.json and not presentation.quiet


def _ended_by(session: Session, caught: Caught | None) -> int:
    """The signal that ended this command or its trainer; 0 while there was none."""
    return (caught.number if caught else 0) or session.signal
