"""Rings a terminal, and has it tell in its own way: escape sequences that draw nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

TTY = "PERCEPTUI_TTY"
"""The terminal that a training was started from, in its trainer's environment."""
_BELL, _ESC, _END = "\a", "\x1b", "\x1b\\"
_OF_URXVT = ("rxvt", "foot", "vte")


def own_terminal() -> str:
    """The terminal that this process talks to; empty where it has none."""
    for descriptor in (2, 1, 0):
        with suppress(OSError):
            return os.ttyname(descriptor)
    return ""


def sequences(title: str, text: str, environment: Mapping[str, str]) -> str:
    """The bell, and the notice as this terminal has it: OSC 9, 777 or 99; through tmux as well.

    One of them: some terminals know all three, and would tell three times.
    """
    title, text = _plain(title), _plain(text)
    term = environment.get("TERM", "")
    if term in ("", "dumb", "linux"):
        return _BELL
    if "KITTY_WINDOW_ID" in environment or "kitty" in term:
        notice = f"{_ESC}]99;i=perceptui:d=0;{title}{_END}"
        notice += f"{_ESC}]99;i=perceptui:d=1:p=body;{text}{_END}"
    elif "VTE_VERSION" in environment or term.startswith(_OF_URXVT):
        notice = f"{_ESC}]777;notify;{title.replace(';', ',')};{text}{_END}"
    else:
        notice = f"{_ESC}]9;{title}: {text}{_END}"
    if "TMUX" in environment:
        notice = f"{_ESC}Ptmux;{notice.replace(_ESC, _ESC * 2)}{_END}"
    return _BELL + notice


def ring(terminal: str, told: str) -> None:
    """Write to a terminal, at once or not at all; raises OSError."""
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
    descriptor = os.open(terminal, flags)
    try:
        if os.isatty(descriptor):
            os.write(descriptor, told.encode())
    finally:
        os.close(descriptor)


def _plain(text: str) -> str:
    """Without anything that a terminal acts upon."""
    return "".join(" " if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 else c for c in text)
