"""The standard streams when they are not as a program expects them: closed, or gone midway."""

from __future__ import annotations

import errno
import os
import stat
import sys


def has_screen() -> bool:
    """Whether the app can be drawn: on a terminal that places text, or on what Textual is told of.

    `TEXTUAL_DRIVER` names what draws it elsewhere: in a browser.
    """
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    streams = (sys.stdin, sys.stdout)  # None where they were closed before the start
    is_terminal = all(stream is not None and stream.isatty() for stream in streams)
    return is_terminal and os.environ.get("TERM") != "dumb"


def open_missing() -> None:
    """Give every standard stream that was closed before the start a place to go.

    Otherwise the next file that is opened takes its number, and what is printed lands in it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  # open until the end
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115  # the same


def settle_stdout() -> None:
    """Write what is left to stdout; where that fails, drop it, or Python fails with it at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def is_hangup(error: OSError) -> bool:
    """Whether an error is that of writing to a terminal that is gone.

    A write may meet it before SIGHUP comes, and what could not be written is tried again at exit.
    """
    if error.errno != errno.EIO or error.filename:
        return False
    return any(stat.S_ISCHR(os.fstat(number).st_mode) for number in (1, 2))
