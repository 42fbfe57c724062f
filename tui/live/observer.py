"""Turns what a session says into snapshots for the screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from engine.runs import events as ev
from engine.runs.pictures import Pictures
from engine.service import protocol as p
from engine.service.client import Happened
from tui.live.history import History
from tui.live.snapshot import Snapshot


class Observer:
    """Remembers what a run's curves need, and makes the next snapshot of each thing said."""

    def __init__(self) -> None:
        self._history = History()

    def begin(self, events: Iterable[ev.Event] = ()) -> None:
        """Forget the run before; events: what a resumed run's record holds already."""
        self._history = History()
        for event in events:
            self._history.add(event)

    def taken(self, snapshot: Snapshot, happened: Happened) -> Snapshot:
        """The snapshot after something happened."""
        history = self._history
        match happened:
            case p.StateChanged():
                phase = "ready" if happened.state == "idle" else happened.state
                return replace(snapshot, phase=phase, message=happened.detail or snapshot.message)
            case p.Progress():
                return replace(snapshot, progress=happened)
            case p.Drawn():
                return self.shown(snapshot, happened.pictures)
            case ev.RunStarted():
                self.begin((happened,))  # what was left of the run before is over
                return replace(
                    snapshot,
                    started=happened,
                    newest=None,
                    progress=None,
                    pictures=None,
                    series=(),
                    evaluated={},
                    finished=None,
                    diverged=None,
                    findings=(),
                    factor=1.0,
                )
            case ev.Paused() if snapshot.progress is not None:
                progress = msgspec.structs.replace(snapshot.progress, step=happened.step)
                return replace(snapshot, progress=progress)
            case ev.Event():
                history.add(happened)
                return replace(
                    snapshot,
                    started=history.started,
                    newest=history.newest,
                    evaluated=dict(history.evaluated),
                    finished=history.finished,
                    diverged=history.diverged,
                    findings=tuple(history.findings.values()),
                    factor=history.factor,
                    message=history.failed.message if history.failed else snapshot.message,
                )
        return snapshot

    def shown(self, snapshot: Snapshot, pictures: Pictures) -> Snapshot:
        """The snapshot with new pictures and the curve that came with them."""
        series = tuple(self._history.loss_series(pictures.losses))
        return replace(snapshot, pictures=pictures, series=series)
