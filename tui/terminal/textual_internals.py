"""All that this app uses of Textual without Textual promising to keep it.

Textual is pinned exactly for its sake, and `moved` tells what a newer one no longer has. Each
piece is worth its risk: without the driver's a key with broken bytes ends the app and a hung-up
terminal leaves it behind, without the full repaint ctrl+l draws what lies below a question only
in part.
"""

from __future__ import annotations

import inspect
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from types import ModuleType
from typing import Any, cast

from textual import _xterm_parser
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen

__all__ = [
    "KeyParser",
    "OpenDriver",
    "OpenPlainDriver",
    "driver_of",
    "forget_notice",
    "moved",
    "paint_all",
    "warn_of_suspension",
    "wear",
]


class KeyParser:
    """Makes keys and mouse events of what a terminal sends."""

    def __init__(self, *, debug: bool) -> None:
        self._parser = _xterm_parser.XTermParser(debug)

    def feed(self, typed: str) -> Iterator[Message]:
        """What these characters complete; raises ValueError, OverflowError for impossible keys."""
        return iter(self._parser.feed(typed))

    def tick(self) -> Iterator[Message]:
        """What was waiting for more characters that did not come."""
        return iter(self._parser.tick())


class _Open(Driver):
    """A driver with names for what lies inside."""

    @property
    def loop(self) -> AbstractEventLoop:
        """The app's; the input thread hands it what it reads."""
        return self._loop

    @property
    def app(self) -> App[Any]:
        return self._app

    @property
    def debug(self) -> bool:
        return self._debug


class OpenPlainDriver(_Open):
    """Textual's driver for nothing in particular: what it draws on is as large as it is told."""

    @property
    def size(self) -> tuple[int, int]:
        assert self._size is not None
        return self._size

    @size.setter
    def size(self, size: tuple[int, int]) -> None:
        self._size = size


class OpenDriver(_Open, LinuxDriver):
    """Textual's driver for Linux and macOS, with names for what lies inside."""

    def write_to(self, outlet: object) -> None:
        """Use this, which can write, flush and tell its fileno, in place of a stream."""
        self._file = cast(Any, outlet)

    def leave_modes(self) -> None:
        """Put the terminal's modes back before the process stops."""
        self.suspend_application_mode()
        self._must_signal_resume = True

    @property
    def has_left_modes(self) -> bool:
        """Whether the terminal's modes were put back for a stop."""
        return not self._auto_restart or self._must_signal_resume

    def stop_by_terminal(self) -> None:
        """Do what Textual does at SIGTSTP."""
        super()._sigtstp_application()

    def go_on_from_stop(self) -> None:
        """Do what Textual does at SIGCONT."""
        super()._sigcont_application()

    def on_stop(self) -> None:
        """SIGTSTP came; runs as a signal handler."""
        self.stop_by_terminal()

    def on_continue(self) -> None:
        """SIGCONT came; runs as a signal handler."""
        self.go_on_from_stop()

    def _sigtstp_application(self, *_: object) -> None:
        self.on_stop()

    def _sigcont_application(self, *_: object) -> None:
        self.on_continue()


def driver_of(app: App[Any]) -> object:
    """The app's driver; None before it runs."""
    return app._driver


def forget_notice(app: App[Any], message: str) -> None:
    """Have nothing on the screen that says this; what says it anew is drawn with what comes."""
    for notice in list(app._notifications):
        if notice.message == message:
            app._unnotify(notice, refresh=False)


def paint_all(app: App[Any]) -> None:
    """Draw every cell anew. Not a refresh: it draws what lies below a question only in part."""
    below, compositor = app._background_screens, app.screen._compositor
    app._display(app.screen, compositor.render_update(full=True, screen_stack=below))


def warn_of_suspension(app: App[Any]) -> None:
    """Tell widgets that the process is about to stop."""
    app._suspend_signal()


def wear(app: App[Any], theme: str) -> None:
    """Have a theme before the app runs: one that comes later has all style sheets read again."""
    app.set_reactive(App.theme, theme)
    is_dark = app.current_theme.dark
    app.set_class(True, f"-theme-{app.current_theme.name}", update=False)
    app.set_class(is_dark, "-dark-mode", update=False)
    app.set_class(not is_dark, "-light-mode", update=False)
    app.stylesheet.set_variables(app.get_css_variables())
    app._refresh_truecolor_filter(app.ansi_theme)


_PARTS: tuple[tuple[ModuleType | type, tuple[str, ...]], ...] = (
    (_xterm_parser, ("XTermParser",)),
    (_xterm_parser.XTermParser, ("feed", "tick")),
    (
        App,
        (
            *("_driver", "_background_screens", "_display", "_suspend_signal"),
            *("_refresh_truecolor_filter", "_notifications", "_unnotify"),
        ),
    ),
    (Screen, ("_compositor", "_compositor.render_update")),
    (Driver, ("_loop", "_app", "_debug", "_size")),
    (
        LinuxDriver,
        (
            "_file",
            "_must_signal_resume",
            "_auto_restart",
            "_sigtstp_application",
            "_sigcont_application",
            "run_input_thread",
            "process_message",
            "suspend_application_mode",
        ),
    ),
)


def moved() -> list[str]:
    """What of the above this Textual does not have, as `Class.name`; found in its source."""
    return [
        f"{owner.__name__}.{name}"
        for owner, names in _PARTS
        for name in names
        if name not in _source(owner)
    ]


def _source(owner: ModuleType | type) -> str:
    if not isinstance(owner, type):
        return inspect.getsource(owner)
    homes = (home for home in owner.__mro__ if home.__module__.startswith("textual"))
    return "".join(inspect.getsource(home) for home in homes)  # typing.Generic has none to read
