"""Says in lines what happens to a training: what is new, and not more than one can hear."""

from __future__ import annotations

import time
from collections.abc import Callable

from tui.headless.progress import epoch_line, finding_line
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables.look import Look
from tui.renderables.numbers import counted, duration
from tui.widgets.notes import notice_text

PACE_S = 3.0
"""Between two reported epochs that are told."""
_PHASES = {
    "preparing": "The data and the network are being made ready.",
    "running": "Training.",
    "paused": "Paused. train goes on.",
}


class Narrator:
    """Told every snapshot, it says what a person would see change."""

    def __init__(self, say: Callable[[str], None], look: Look, *, pace_s: float = PACE_S) -> None:
        self._say = say
        self._look = look
        self._pace_s = pace_s
        self._last = Snapshot()
        self._told_at = 0.0

    def hear(self, snapshot: Snapshot) -> None:
        """Say what is new in a snapshot."""
        last, self._last = self._last, snapshot
        if snapshot.phase != last.phase and snapshot.phase in _PHASES:
            self._say(_PHASES[snapshot.phase])
        for finding in snapshot.findings:
            if finding not in last.findings:
                self._say(finding_line(finding, self._look).plain)
        notice = notice_text(snapshot)
        if notice and notice != notice_text(last):
            self._say(f"{notice[:1].upper()}{notice[1:]}")
        if snapshot.finished is not None and last.finished is None:
            self._say(ended(snapshot))
        elif snapshot.newest is not last.newest and self._is_time():
            self._say(epoch_of(snapshot))

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._told_at < self._pace_s:
            return False
        self._told_at = now
        return True


def epoch_of(snapshot: Snapshot) -> str:
    """The newest report, in a line; empty where there is none."""
    if snapshot.newest is None or snapshot.started is None:
        return ""
    started = snapshot.started
    line = epoch_line(snapshot.newest, started.epochs, headlines=started.headlines)
    return " ".join(line.plain.split())


def ended(snapshot: Snapshot) -> str:
    """How a training ended, and what was measured last."""
    finished = snapshot.finished
    assert finished is not None, "asked only at the end"
    reasons = {"completed": tr("Finished"), "stopped": tr("Stopped"), "diverged": tr("Diverged")}
    head = reasons.get(finished.reason, f"Ended: {finished.reason}")
    far = tr(f"{head} after {counted(finished.epochs, 'epoch')}, {duration(finished.elapsed_s)}.")
    newest = epoch_of(snapshot)
    return tr(f"{far} At the end: {newest}.") if newest else far
