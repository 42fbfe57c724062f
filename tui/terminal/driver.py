"""Textual's driver, made to outlive what real terminals do: hang up, stop, send broken bytes.

It sends a terminal only what differs from what it shows.
"""

from __future__ import annotations

import os
import re
import select
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual.events import Resize
from textual.message import Message

from tui.terminal.painter import Painter
from tui.terminal.textual_internals import OpenDriver

if TYPE_CHECKING:
    from textual.app import App

HUNG_UP = 128 + signal.SIGHUP
READ_S = 0.1
"""The input thread looks so often whether it shall end."""
AT_ONCE = 1 << 16
"""Characters that are gathered at most before they are written."""

_BEFORE_ESCAPES = re.compile("(?=\x1b)")


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

    def write(self, text: str) -> None:
        if self._is_stale:
            self._is_stale = False
            with suppress(OSError):  # a terminal that is gone
                self._painter.forget(*os.get_terminal_size(self._fileno))
        changes = self._painter.changes(text)
        self._waiting.append(changes)
        self._num_waiting += len(changes)
        if self._num_waiting > AT_ONCE:
            self.flush()

    def flush(self) -> None:
        data = memoryview("".join(self._waiting).encode(self._encoding, "replace"))
        self._waiting.clear()
        self._num_waiting = 0
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


class TerminalDriver(OpenDriver):
    """Draws on whichever of stderr and stdout is the terminal, and leaves it as it was."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        terminals = (s for s in (sys.__stderr__, sys.__stdout__) if s is not None and s.isatty())
        stream = next(terminals, None) or sys.stderr
        self.outlet = Outlet(stream.fileno(), stream.encoding)
        self._went_on = False
        """Whether somebody went on with us since we stopped last."""
        self.write_to(self.outlet)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        tell = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self.outlet.forget()
            if callable(tell):
                tell(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def run_input_thread(self) -> None:
        """Read keys until the app ends; bytes that mean nothing are passed over."""
        parser = self.new_parser()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(READ_S):
                    data = self._read()
                    if not data:
                        self.loop.call_soon_threadsafe(self.app.exit, HUNG_UP)
                        return
                    for typed in _BEFORE_ESCAPES.split(decode(data)):
                        try:
                            if typed:
                                self._process(parser.feed(typed))
                        except (ValueError, OverflowError):  # a key with an impossible code
                            parser = self.new_parser()
                self._process(parser.tick())

    def _read(self) -> bytes:
        """What was typed; empty when the terminal is gone."""
        try:
            return os.read(self.fileno, 1 << 12)
        except OSError:
            return b""

    def _process(self, messages: Iterator[Message]) -> None:
        for message in messages:
            if isinstance(message, Resize):  # some terminals tell it among the keys
                self.outlet.forget()
            self.process_message(message)

    def suspend(self) -> bool:
        """Stop until a shell goes on with us; False at once where there is none that could.

        Whether there is one only the kernel knows: it asks before the signal does what it does
        without a handler. Our whole group stops, as everywhere: a program that started us too.
        """
        self._went_on = False
        self.leave_modes()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.killpg(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        if not self._went_on:
            self._go_on()
        return self._went_on

    def on_stop(self) -> None:
        """Stop from the event loop: the handler may have interrupted a write half way."""
        self.loop.call_soon_threadsafe(self.stop_by_terminal)

    def on_continue(self) -> None:
        self._went_on = True
        self.loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        if not self.has_left_modes:  # stopped by SIGSTOP, which can't be caught
            self.leave_modes()
        self.go_on_from_stop()
