"""A worker whose command has ended, and that waits for the next one until others need the room."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

from engine.errors import UsageError
from engine.memory import free_bytes, go_first
from engine.runs.lease import process_start
from engine.service import protocol as p
from engine.service.protocol import warm
from engine.service.worker.log import log_error, log_to, own_log

LEAST_FREE_BYTES = 1_000_000_000
"""With less memory to be had for others it makes room."""
UNFOUND_S = 2.0
"""Seconds in which whoever took its name away must have come."""


class Waiting:
    """Says whether a worker waits for a next command, and until when it may."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._order: p.StayWarm | None = None
        self._until = 0.0
        self._unfound_since: float | None = None
        self._badness = ""
        """What the kernel thought of it before."""

    @property
    def is_on(self) -> bool:
        return self._order is not None

    def begin(self, order: p.StayWarm) -> None:
        """Wait, with nothing left of what was trained; raises UsageError where that can't be.

        The worker has let go of its run.
        """
        _check_unused()
        gc.collect()
        from engine.training.warmup import as_new

        as_new()
        if free_bytes() < LEAST_FREE_BYTES:
            raise UsageError("memory is short")
        log_to(own_log())  # the run's directory is not this worker's any more
        self._until = time.time() + order.wait_s
        pid = os.getpid()
        try:
            warm.write(
                warm.Waiting(
                    pid=pid,
                    process_start=process_start(pid),
                    socket=str(self._socket),
                    surroundings=order.surroundings,
                    until=self._until,
                )
            )
        except OSError as error:
            raise UsageError(f"nobody could find it ({error.strerror or error})") from error
        self._order, self._unfound_since = order, None
        self._badness = go_first()

    def take_over(self, order: p.TakeOver) -> None:
        """Serve another command, as if it had started this process; raises UsageError."""
        if self._order is None:
            raise UsageError("this trainer waits for nobody")
        self.end()
        if self._badness:
            go_first(self._badness)
        os.umask(order.umask)
        try:
            os.chdir(order.directory)
        except OSError as error:
            raise UsageError(f"{order.directory}: {error.strerror or error}") from error

    def is_over(self) -> bool:
        """Whether it waits no longer: its time is up, nobody can come, or others need the room."""
        order = self._order
        if order is None:
            return False
        now = time.time()
        if now >= self._until or process_start(order.leader) != order.leader_start:
            return True
        if free_bytes() < LEAST_FREE_BYTES:
            log_error(UsageError("memory is short"))
            return True
        found = warm.read()
        if found is not None and found.pid == os.getpid():
            self._unfound_since = None
            return False
        self._unfound_since = self._unfound_since or now
        return now - self._unfound_since >= UNFOUND_S

    def end(self) -> None:
        """Wait for nobody any more."""
        if self._order is not None:
            self._order = None
            warm.withdraw(os.getpid())


def _check_unused() -> None:
    """Raise UsageError where something is left that only the end of this process lets go of."""
    import torch

    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch gives no types
        raise UsageError("it holds memory of a graphics card")
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        raise UsageError("it is one of several processes")
