"""The driver of an app in a browser: `perceptui serve` names it in `TEXTUAL_DRIVER`.

It says what Textual's own does, and outlives what that does not: a browser that is gone, half a
packet, broken keys. A tab that is closed is a terminal that has hung up.
"""

from __future__ import annotations

import json
import os
import selectors
import sys
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from textual.events import AppBlur, AppFocus, Resize
from textual.geometry import Size

from engine.decoding import Undecodable, decoded
from tui.terminal.driver import HUNG_UP, READ_S
from tui.terminal.outlet import Draws, Outlet
from tui.terminal.packets import DATA, READY, TOLD, Packets, packed
from tui.terminal.textual_internals import OpenPlainDriver
from tui.terminal.typed import Typed

if TYPE_CHECKING:
    from textual.app import App

_READ_BYTES = 1 << 14
_BEGIN = "\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[?2004h\x1b[?2026$p"
"""Another screen, the mouse, no cursor, pastes told as such; whether updates can be held back."""
_MOST = 1000
"""Columns or rows: what a page may ask for."""


class Told(Struct):
    """What the page tells beside keys."""

    type: str
    width: int = 0
    height: int = 0


class PacketOutlet(Outlet):
    """Sends what is drawn in packets; a pipe has no size, the page tells its own."""

    def __init__(self, fileno: int, page: Callable[[], tuple[int, int]]) -> None:
        super().__init__(fileno, "utf-8")
        self._page = page

    def size(self) -> tuple[int, int]:
        return self._page()

    def send(self, content: bytes) -> None:
        super().send(packed(DATA, content))

    def tell(self, kind: str, **more: object) -> None:
        """Tell the server something that is not drawn."""
        super().send(packed(TOLD, json.dumps({"type": kind, **more}).encode()))

    def begin(self) -> None:
        """Say that packets follow."""
        super().send(READY)


class BrowserDriver(OpenPlainDriver, Draws):
    """Draws in packets on stdout, and reads keys and the page's size as packets from stdin."""

    outlet: PacketOutlet

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.size = _size(os.environ.get("COLUMNS", ""), os.environ.get("ROWS", ""))
        assert sys.__stdout__ is not None
        assert sys.__stdin__ is not None
        self._input = sys.__stdin__.fileno()
        self.outlet = PacketOutlet(sys.__stdout__.fileno(), lambda: self.size)
        self._ends = Event()
        self._thread = Thread(target=self._listen, name="browser-input", daemon=True)

    @property
    def is_web(self) -> bool:
        return True

    def write(self, data: str) -> None:
        self.outlet.write(data)
        self.outlet.flush()

    def start_application_mode(self) -> None:
        self.outlet.begin()
        self.write(_BEGIN)
        size = Size(*self.size)
        self.send_message(Resize(size, size))
        self._thread.start()

    def disable_input(self) -> None:
        self._ends.set()

    def stop_application_mode(self) -> None:
        self._ends.set()
        self.outlet.tell("exit")

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Have the page open it: a browser here would be on another screen."""
        self.outlet.tell("open_url", url=url, new_tab=new_tab)

    def _listen(self) -> None:
        typed, packets = Typed(debug=self.debug), Packets()
        with selectors.DefaultSelector() as selector:
            selector.register(self._input, selectors.EVENT_READ)
            while not self._ends.is_set():
                if selector.select(READ_S):
                    data = self._read()
                    if not data:
                        self._hang_up()
                        return
                    for kind, content in packets.whole(data):
                        if kind == DATA:
                            for event in typed.events(content):
                                self.process_message(event)
                        elif kind == TOLD:
                            self._hear(content)
                for event in typed.late():
                    self.process_message(event)

    def _read(self) -> bytes:
        """What came; empty when the server is gone."""
        try:
            return os.read(self._input, _READ_BYTES)
        except OSError:
            return b""

    def _hear(self, content: bytes) -> None:
        try:
            told = decoded(content, Told)
        except Undecodable:  # a page of another version: what it said is not for us
            return
        match told.type:
            case "resize":
                self.size = _size(told.width, told.height)
                self.outlet.forget()
                size = Size(*self.size)
                self.process_message(Resize(size, size))
            case "focus":
                self.process_message(AppFocus())
            case "blur":
                self.process_message(AppBlur())
            case "quit":
                self._hang_up()

    def _hang_up(self) -> None:
        self.loop.call_soon_threadsafe(self.app.exit, HUNG_UP)


def _size(columns: int | str, rows: int | str) -> tuple[int, int]:
    """Columns and rows within reason, 80 and 24 where none are told."""
    told = (int(number) if str(number).isdecimal() else 0 for number in (columns, rows))
    width, height = (min(number, _MOST) for number in told)
    return width or 80, height or 24
