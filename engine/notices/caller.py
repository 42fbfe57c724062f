"""The trainer's end: starts the process that tells, and lets it know how far the training is."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from engine.encoding import encoded
from engine.errors import UsageError
from engine.notices.choice import Choice, is_silent
from engine.notices.lines import MOST_TEXT, Beat, Ended, Kind, Line

BEAT_S = 1.0
"""Seconds between two words on how far it is, at most."""
BEATS = 4
"""So often at least it tells before it could be taken for stalled."""

_log = logging.getLogger(__name__)


class Caller:
    """Of one training; everything is handed on at once or not at all."""

    def __init__(self, pipe: int, process: subprocess.Popen[bytes], stall_s: float) -> None:
        self._pipe: int | None = pipe
        self._beat_s = min(BEAT_S, stall_s / BEATS)
        self.process = process
        os.set_blocking(pipe, False)
        self._due = 0.0
        self._waits = False

    def beat(self, step: int, elapsed_s: float, *, waits: bool) -> None:
        """Say how far it is, if that was not said just now; at once, when it begins to wait."""
        now = time.monotonic()
        if now >= self._due or waits != self._waits:
            self._waits = waits
            self._due = now + self._beat_s
            self._write(Beat(step, elapsed_s / step if step else 0.0, waits))

    def end(self, kind: Kind | None, text: str) -> None:
        """Say what became of it; kind: None where its person knows."""
        self._write(Ended(kind or "quiet", text[:MOST_TEXT]))
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _write(self, line: Line) -> None:
        if self._pipe is None:
            return
        try:
            os.write(self._pipe, encoded(line) + b"\n")
        except BlockingIOError:
            return  # it is sending, and reads on afterwards
        except OSError as error:  # it has gone
            _log.warning("nobody can be told of this training any more: %s", error)
            os.close(self._pipe)
            self._pipe = None


def caller_for(run: Path, title: str) -> Caller | None:
    """Who tells of a run; None where nobody wants to know, or nobody can be told."""
    if is_silent():
        return None
    try:
        choice = Choice.load()
        if choice.is_empty:
            return None
        reading, writing = os.pipe()
        try:
            # -P: a folder named engine in the working directory must not run instead.
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "engine.notices", str(run), title],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            os.close(writing)
            raise
        finally:
            os.close(reading)
    except (OSError, UsageError) as error:
        _log.warning("nobody can be told of this training: %s", error)
        return None
    return Caller(writing, process, choice.stall_s)
