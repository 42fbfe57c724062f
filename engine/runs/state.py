"""What became of a run: live, finished, interrupted or crashed, told truthfully."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.runs.contents import LEASE
from engine.runs.lease import Holder, Lease, holder_of, read_lease
from engine.runs.outcome import Outcome, outcome_of
from engine.runs.run import Run

NOT_KEPT = "not kept"
"""The complaint about a run whose directory lacks what it had come to."""


@dataclass(frozen=True)
class RunState:
    """A run's state: from its lease while it lives, from its record afterwards."""

    text: str
    """`running`, `paused`, `preparing`, `crashed`, `running on HOST`, or why it ended;
    `unreadable` if its record can't be read, `held` if its lease can't."""
    holder: Holder
    complaint: str = ""
    """What can't be read, and why; or that something is missing."""

    @property
    def told(self) -> str:
        """The text, and what there is to complain about."""
        return f"{self.text} ({self.complaint})" if self.complaint else self.text

    @property
    def is_live(self) -> bool:
        """Whether a process trains it now, here or elsewhere, as far as can be told."""
        return self.holder in ("here", "elsewhere", "unknown")

    @property
    def live_here(self) -> bool:
        """Whether it can be attached to and steered from this machine."""
        return self.holder == "here"


def state_of(run: Run, outcome: Outcome | None = None) -> RunState:
    """The state of a run as far as this machine can know it.

    outcome: what its record says, if that was read already.
    """
    lease = read_lease(run.path)
    holder = holder_of(run.path, lease)
    if holder == "unknown":
        return RunState("held", holder, f"{LEASE} can't be read")
    if lease is not None and holder in ("here", "elsewhere"):
        return RunState(_live_text(lease, holder), holder)
    outcome = outcome or outcome_of(run)
    if lease is not None and holder == "lost" and not (outcome.complaint or outcome.reason):
        return RunState(_live_text(lease, holder), holder)
    return ended(outcome, holder)


def ended(outcome: Outcome, holder: Holder = "none") -> RunState:
    """The state of a run that nobody holds any more."""
    if outcome.complaint:
        return RunState("unreadable", "none", outcome.complaint)
    if outcome.reason:
        return RunState(outcome.reason, "none", "" if outcome.is_kept else NOT_KEPT)
    return RunState("crashed", holder)


def _live_text(lease: Lease, holder: Holder) -> str:
    if holder == "here":
        return lease.state
    if holder == "elsewhere":
        return f"{lease.state} on {lease.host}"
    seen = datetime.fromtimestamp(lease.heartbeat)
    return f"lost on {lease.host}, last seen {seen:%Y-%m-%d %H:%M}"
