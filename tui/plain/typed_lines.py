"""Lines that a person types, without holding up what happens meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import IO


class TypedLines:
    """Reads a stream in a thread of its own, which ends with the process."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, daemon=True).start()

    async def next(self) -> str | None:
        """The next line without its end; None once there are no more."""
        line = await self._lines.get()
        return line.rstrip("\r\n") if line else None

    def _read(self) -> None:
        while True:
            try:
                line = self._stream.readline()
            except ValueError:  # closed while it was waited for, or no text
                line = ""
            try:
                self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
            except RuntimeError:  # the loop is closed: nobody asks any more
                return
            if not line:
                return
