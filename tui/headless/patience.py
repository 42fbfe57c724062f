"""How long a command that was told to end waits for a trainer that says nothing."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service.client.session import Session
from tui.headless.signals import Caught
from tui.language import tr

PATIENCE_S = 5.0
"""A trainer that was silent for so long is left alone at a second signal."""
LONGEST_S = 600.0
"""It is left alone without one: nobody may be there any more to give it."""
LOOK_S = 0.1


async def is_outlasted(
    task: asyncio.Future[Any], session: Session, caught: Caught, tell: Callable[[str], None]
) -> bool:
    """Wait for a task that its trainer has to end; whether that hangs and was given up, and told.

    Until a signal comes there is no limit, nor while the trainer is heard of: what it does
    last may take its time, and a second Ctrl-C cuts no checkpoint short.
    """
    await caught.or_done(task)
    began, has_told = time.monotonic(), False
    while not task.done():
        silent_s = min(session.silent_s, time.monotonic() - began)
        silent = tr(f"the trainer (process {session.pid}) has not answered for {silent_s:.0f} s")
        if silent_s >= (PATIENCE_S if caught.count > 1 else LONGEST_S):
            tell(f"{silent} and is left alone: {_left_alone(session)}")
            return True
        if silent_s >= PATIENCE_S and not has_told and sys.stderr.isatty():
            has_told = True
            tell(f"{silent}; Ctrl-C once more leaves it alone")
        await asyncio.wait({task}, timeout=LOOK_S)
    return False


def _left_alone(session: Session) -> str:
    """What becomes of the run, as far as its directory tells."""
    if session.run is None:
        return tr("it has begun no run, and ends if it ever goes on")
    run = Run(session.run)
    state = state_of(run)
    if not state.is_live:
        return tr(f"{run.path} is over ({state.text})")
    return tr(
        f"it still holds {run.path}, and stops it with a checkpoint if it ever goes on; until "
        f"then {what_is_kept(run)}, and `kill -9 {session.pid}` frees the run"
    )


def what_is_kept(run: Run) -> str:
    """The run's last checkpoint, in words."""
    kept = run.directory.checkpoint("last")
    return tr(f"the last checkpoint is {kept}") if kept.is_file() else tr("it has no checkpoint")
