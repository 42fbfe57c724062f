"""Textual's driver, made to outlive what real terminals do: hang up, stop, send broken bytes.

It sends a terminal only what differs from what it shows.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual.events import Resize
from textual.message import Message

from tui.terminal.outlet import Draws, Outlet
from tui.terminal.textual_internals import OpenDriver
from tui.terminal.typed import Typed

if TYPE_CHECKING:
    from textual.app import App

HUNG_UP = 128 + signal.SIGHUP
READ_S = 0.1
"""The input thread looks so often whether it shall end."""


class TerminalDriver(OpenDriver, Draws):
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
        typed = Typed(debug=self.debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(READ_S):
                    data = self._read()
                    if not data:
                        self.loop.call_soon_threadsafe(self.app.exit, HUNG_UP)
                        return
                    self._process(typed.events(data))
                self._process(typed.late())

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
