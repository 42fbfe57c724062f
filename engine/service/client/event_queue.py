"""What a worker tells without being asked, kept for whoever follows it."""

from __future__ import annotations

import asyncio

from engine.runs.events import Event
from engine.service import protocol as p

SessionEvent = (
    Event | p.Progress | p.Drawn | p.Seen | p.Loading | p.StateChanged | p.Ended | p.GroupMessage
)
"""What `Session.events` yields: recorded events, and what is never recorded."""
Newest = p.Progress | p.Drawn | p.Seen


class EventQueue:
    """A queue without end in which only the newest progress and pictures are kept."""

    def __init__(self) -> None:
        self.since = 1
        """Number of the event that began this worker's part of the run that is told of."""
        self._queue: asyncio.Queue[SessionEvent | p.Began | type[Newest] | None] = asyncio.Queue()
        self._newest: dict[type[Newest], Newest] = {}
        """What was not looked at yet; the latest of each kind is enough."""

    def add(self, happened: SessionEvent | p.Began) -> None:
        """Keep what came."""
        if isinstance(happened, Newest):
            if type(happened) not in self._newest:
                self._queue.put_nowait(type(happened))
            self._newest[type(happened)] = happened
        else:
            self._queue.put_nowait(happened)

    async def next(self) -> SessionEvent | None:
        """The next thing, once there is one; None when nothing comes any more."""
        while isinstance(happened := await self._queue.get(), p.Began):
            self.since = happened.begun.since
        if happened is None:
            self.end()  # so that whoever asks next is told, too
        elif isinstance(happened, type):
            return self._newest.pop(happened)
        return happened

    def end(self) -> None:
        """Nothing comes any more."""
        self._queue.put_nowait(None)

    def forget_the_run(self) -> None:
        """Drop what was not read of a run that is over."""
        kept = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for happened in kept:
            if not isinstance(happened, Event | type | p.GroupMessage):
                self._queue.put_nowait(happened)
        self._newest.clear()
