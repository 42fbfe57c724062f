"""Signals of a headless command, turned into something to wait for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Caught:
    """The first signal that came, and how many; later ones cut no checkpoint short."""

    def __init__(self) -> None:
        self.number = 0
        self.count = 0
        self._came = asyncio.Event()

    def catch(self, number: int) -> None:
        """Take note of a signal."""
        self.number = self.number or number
        self.count += 1
        self._came.set()

    async def wait(self) -> None:
        """Wait until a signal comes."""
        await self._came.wait()

    async def or_done(self, task: asyncio.Future[Any]) -> None:
        """Wait until a signal comes or a task is done; the task goes on."""
        waiting = asyncio.create_task(self.wait())
        either: set[asyncio.Future[Any]] = {task, waiting}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    @property
    def exit_code(self) -> int:
        """What a shell expects of a command that ended by the signal; 0 without one."""
        return 128 + self.number if self.number else 0


@contextmanager
def caught_signals() -> Iterator[Caught]:
    """Catch SIGINT, SIGTERM and SIGHUP within the running event loop."""
    loop, caught = asyncio.get_running_loop(), Caught()
    # One that is ignored stays so: `nohup perceptui ...` means it.
    heeded = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, caught.catch, number)
    try:
        yield caught
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)
            if caught.number:  # the command ends: one more of them doesn't change how
                signal.signal(number, signal.SIG_IGN)
