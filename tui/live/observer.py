"""Turns what a session says into snapshots for the screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from engine.runs import events as ev
from engine.runs.pictures import Pictures
from engine.service import protocol as p
from engine.service.client.session import SessionEvent
from tui.language import tr
from tui.live.curves import CurveMaker
from tui.live.history import History
from tui.live.snapshot import Snapshot, phase_of


class Observer:
    """Remembers what a run's curves need, and makes the next snapshot of each thing said."""

    def __init__(self) -> None:
        self._history = History()
        self._curves = CurveMaker()

    def begin(self, events: Iterable[ev.Event] = ()) -> None:
        """Forget the run before; events: what a resumed run's record holds already."""
        self._history, self._curves = History(), CurveMaker()
        for event in events:
            self._history.add(event)
            self._curves.told(self._history, event)

    def recorded(
        self, snapshot: Snapshot, events: Iterable[ev.Event], losses: list[tuple[int, float | None]]
    ) -> Snapshot:
        """The snapshot of a run that is over; losses: its bounded curve."""
        self.begin(events)
        latest = self._history.latest
        message = latest.failed.message if latest.failed else snapshot.message
        curves = self._curves.drawn(self._history, losses)
        return replace(snapshot, curves=curves, message=message, **vars(latest))

    def taken(self, snapshot: Snapshot, happened: SessionEvent) -> Snapshot:
        """The snapshot after something happened."""
        history = self._history
        match happened:
            case p.StateChanged():
                phase = phase_of(happened.state)
                return replace(snapshot, phase=phase, message=happened.detail or snapshot.message)
            case p.Progress():
                return replace(snapshot, progress=happened)
            case p.Loading():
                return replace(snapshot, loading=happened)
            case p.Drawn():
                return self.shown(snapshot, happened.pictures)
            case p.Seen():
                return replace(snapshot, inside=happened.inside)
            case ev.RunStarted():
                self.begin((happened,))  # what was left of the run before is over
                return replace(
                    snapshot,
                    progress=None,
                    loading=None,
                    pictures=None,
                    inside=None,
                    curves={},
                    **vars(self._history.latest),
                )
            case ev.Event():
                before = history.latest.factor
                history.add(happened)
                latest = history.latest
                curves = self._curves.told(history, happened)
                message = latest.failed.message if latest.failed else snapshot.message
                if isinstance(happened, ev.SnapshotsFailed):
                    message = tr(f"no snapshots of it can be written ({happened.message})")
                if isinstance(happened, ev.TensorboardFailed):
                    message = tr(f"TensorBoard is told no more of it ({happened.message})")
                return replace(
                    snapshot,
                    progress=_moved(snapshot.progress, happened, before),
                    curves=snapshot.curves if curves is None else curves,
                    message=message,
                    **vars(latest),
                )
        return snapshot

    def shown(self, snapshot: Snapshot, pictures: Pictures) -> Snapshot:
        """The snapshot with new pictures and the curve that came with them."""
        curves = self._curves.drawn(self._history, pictures.losses)
        return replace(snapshot, pictures=pictures, curves=curves)


def _moved(progress: p.Progress | None, event: ev.Event, factor_before: float) -> p.Progress | None:
    """Where the training stands after an event: while it waits no progress is sent."""
    if progress is None:
        return None
    change = msgspec.structs.replace
    match event:
        case ev.Paused():
            return change(progress, step=event.step)
        case ev.LearningRateChanged():
            rate = progress.learning_rate * event.factor / factor_before
            return change(progress, learning_rate=rate)
        case ev.WentBack():
            epoch = min(event.epoch + 1, progress.epochs)
            return change(progress, step=event.from_step, epoch=epoch)
    return progress
