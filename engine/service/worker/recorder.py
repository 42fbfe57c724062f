"""Writes what happens in a training into its record, under numbers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.runs import events as ev
from engine.runs.contents import EVENTS
from engine.runs.directory import RunDirectory


class RecordFailed(OSError):
    """The record can't be written; the training stands between two steps."""


class Recorder:
    """The end of a run's record; its methods raise RecordFailed where that can't be written."""

    def __init__(self, directory: RunDirectory, number: int = 0) -> None:
        self.number = number
        """Of the newest event."""
        self._directory = directory

    def record(self, event: ev.Event) -> None:
        """Write one event."""
        self.number += 1
        try:
            self._directory.record(msgspec.structs.replace(event, n=self.number))
        except OSError as error:
            record = self._directory.path / EVENTS
            raise RecordFailed(error.errno, error.strerror or str(error), str(record)) from error

    def record_all(self, events: Iterable[ev.Event]) -> None:
        """Write these, in order."""
        for event in events:
            self.record(event)
