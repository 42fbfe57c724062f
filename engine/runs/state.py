"""What became of a run: live, finished, interrupted or crashed, told truthfully."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from engine.runs.events import RunFinished
from engine.runs.lease import Holder, Lease, read_lease
from engine.runs.reader import Run


@dataclass(frozen=True)
class RunState:
    """A run's state: from its lease while it lives, from its record afterwards."""

    text: str
    """`running`, `paused`, `preparing`, `crashed`, `running on HOST`, or why it ended."""
    holder: Holder

    @property
    def is_live(self) -> bool:
        """Whether a process trains it now, here or elsewhere."""
        return self.holder in ("here", "elsewhere")

    @property
    def live_here(self) -> bool:
        """Whether it can be attached to and steered from this machine."""
        return self.holder == "here"


def state_of(run: Run) -> RunState:
    """The state of a run as far as this machine can know it."""
    lease = read_lease(run.path)
    holder: Holder = lease.holder(time.time()) if lease else "none"
    if lease is not None and holder in ("here", "elsewhere"):
        return RunState(_live_text(lease, holder), holder)
    newest = run.newest_event()
    if isinstance(newest, RunFinished):
        return RunState(newest.reason, "none")
    if lease is not None and holder == "lost":
        return RunState(_live_text(lease, holder), holder)
    return RunState("crashed", holder)


def _live_text(lease: Lease, holder: Holder) -> str:
    if holder == "here":
        return lease.state
    if holder == "elsewhere":
        return f"{lease.state} on {lease.host}"
    seen = datetime.fromtimestamp(lease.heartbeat)
    return f"lost on {lease.host}, last seen {seen:%Y-%m-%d %H:%M}"
