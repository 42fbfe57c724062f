"""Where the app draws: sends only what differs from what is shown, and counts it."""

from __future__ import annotations

import os
import select

from tui.terminal.painter import Painter

AT_ONCE = 1 << 16
"""Characters that are gathered at most before they are written."""


class Outlet:
    """The terminal as a file: counts what it writes, and lets a terminal that is gone be.

    A writer that raises would leave Textual's queue full and the app waiting for ever.
    """

    def __init__(self, fileno: int, encoding: str) -> None:
        self.num_bytes = 0
        """Written so far."""
        self._fileno = fileno
        self._encoding = encoding
        self._waiting: list[str] = []
        self._num_waiting = 0
        self._is_gone = False
        self._painter = Painter()
        self._is_stale = True

    def forget(self) -> None:
        """The terminal was resized. May be called from any thread, and by signal handlers."""
        self._is_stale = True

    def fileno(self) -> int:
        return self._fileno

    def isatty(self) -> bool:
        return os.isatty(self._fileno)

    def size(self) -> tuple[int, int] | None:
        """Columns and rows; None where the terminal is gone."""
        try:
            return os.get_terminal_size(self._fileno)
        except OSError:
            return None

    def write(self, text: str) -> None:
        if self._is_stale:
            self._is_stale = False
            if (size := self.size()) is not None:
                self._painter.forget(*size)
        changes = self._painter.changes(text)
        self._waiting.append(changes)
        self._num_waiting += len(changes)
        if self._num_waiting > AT_ONCE:
            self.flush()

    def flush(self) -> None:
        data = "".join(self._waiting).encode(self._encoding, "replace")
        self._waiting.clear()
        self._num_waiting = 0
        if data:
            self.send(data)

    def send(self, content: bytes) -> None:
        """Write bytes as they are, all of them."""
        data = memoryview(content)
        while data and not self._is_gone:
            try:
                written = os.write(self._fileno, data)
            except BlockingIOError:  # whoever started us left it non-blocking
                select.select([], [self._fileno], [])
            except OSError:
                self._is_gone = True
            else:
                self.num_bytes += written
                data = data[written:]


class Draws:
    """A driver that draws through an outlet."""

    outlet: Outlet
