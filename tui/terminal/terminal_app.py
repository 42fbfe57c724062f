"""What an app has to do with its terminal: colors it may show, signals, redrawing, suspending."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

from textual.binding import Binding
from textual.events import DescendantFocus, Event, MouseDown
from textual.filter import LineFilter
from textual.widgets import Input

from engine.errors import UsageError
from tui.renderables.look import Look, look_for
from tui.renderables.palette import Palette
from tui.terminal.ascii_lines import AsciiLines, ConsoleLines
from tui.terminal.clipboard import passed_on
from tui.terminal.colorless import Colorless
from tui.terminal.driver import TerminalDriver
from tui.terminal.outlet import Draws
from tui.terminal.printing import encoding_of
from tui.terminal.textual_internals import driver_of, paint_all, warn_of_suspension
from tui.terminal.turns import KeysInTurn

T = TypeVar("T")

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class TerminalApp(KeysInTurn[T]):
    """An app that leaves the terminal as it was, whatever ends it, and shows what it can."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("ctrl+l", "redraw", "Draw the screen anew", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend: fg comes back", show=False, priority=True),
    ]

    look: Look
    """What the terminal can show."""

    def look_at_terminal(
        self,
        *,
        ascii_only: bool,
        encoding: str | None = None,
        console: bool | None = None,
        palette: Palette = "usual",
    ) -> None:
        """Find out what the terminal can show; encoding and console: in place of its own."""
        system = self.console.color_system
        self.look = look_for(
            {**os.environ, **({"NO_COLOR": "1"} if self.no_color else {})},
            # Textual's is another; a browser has its own, whatever the locale here.
            encoding=encoding
            or ("utf-8" if self.is_web else encoding_of(sys.__stdout__, os.environ)),
            is_terminal=True,
            # A theme of the terminal's own colors: the pictures have these as well.
            color_system="standard" if self.theme.startswith("ansi-") else system,
            ascii_only=ascii_only,
            console=False if self.is_web and console is None else console,
            palette=palette,
            light=not self.current_theme.dark,
        )

    async def on_event(self, event: Event) -> None:
        """A press on a widget that has just gone is none: Textual would ask where its parent is."""
        if not (isinstance(event, MouseDown) and self._is_on_what_is_gone(event)):
            await super().on_event(event)

    def _is_on_what_is_gone(self, event: MouseDown) -> bool:
        if not self.screen_stack:
            return True
        widget, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
        return widget is not None and widget is not self.screen and widget.parent is None

    def on_load(self) -> None:
        """Heed signals before the terminal is changed."""
        self._catch_signals()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Nothing moves by itself where no animation is wanted: a cursor does not blink."""
        if self.animation_level == "none" and isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    @property
    def num_bytes_sent(self) -> int:
        """How much was written to the terminal so far."""
        driver = driver_of(self)
        return driver.outlet.num_bytes if isinstance(driver, Draws) else 0

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's; where no color or only ASCII may be drawn those that see to it."""
        filters = [Colorless()] if self.no_color else super().get_line_filters()
        if self.look.console:
            return [*filters, ConsoleLines()]
        return [*filters, AsciiLines()] if self.look.ascii else filters

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's, and through tmux or GNU screen."""
        super().copy_to_clipboard(text)
        driver, more = driver_of(self), passed_on(text, os.environ)
        if isinstance(driver, TerminalDriver) and more:
            driver.write(more)

    def action_redraw(self) -> None:
        """Draw everything anew, when something else has written to the terminal."""
        driver = driver_of(self)
        if isinstance(driver, Draws):
            driver.outlet.forget()
        paint_all(self)

    def action_suspend_process(self) -> None:
        """Go back to the shell; its `fg` comes back here. A training goes on meanwhile."""
        driver = driver_of(self)
        if isinstance(driver, TerminalDriver):
            warn_of_suspension(self)
            if driver.suspend():
                return
        elif not self.is_web:
            return
        self.notify("There is no shell to go back to: q quits", markup=False)

    def run_outside(self, words: Sequence[str]) -> int:
        """Give the terminal to a command until it ends; returns its exit status.

        Whatever is typed for it, ctrl+c too, is not ours; a training goes on meanwhile. A signal
        that ends the app does so afterwards. Raises UsageError in a browser, which has none.
        """
        if self.is_web:
            raise UsageError(f"{words[0]} takes a terminal, and this is a browser")
        loop, heard = asyncio.get_running_loop(), set[int]()
        with self.suspend():
            for number in SIGNALS:  # a handler of the loop's would be told of ctrl+c afterwards
                loop.remove_signal_handler(number)
                signal.signal(number, lambda number, _: heard.add(number))
            try:
                status = subprocess.run(words, check=False).returncode
            finally:
                self._catch_signals()
        for last in heard - {signal.SIGINT}:
            self._signalled(last)
        self.action_redraw()
        return status

    def _catch_signals(self) -> None:
        """Textual handles neither: put the terminal back and let a live run go on."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread: a test
                loop.add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: int) -> None:
        self.exit(return_code=128 + number)
