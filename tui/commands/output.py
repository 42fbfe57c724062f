"""Where a command writes for other programs: a file that may be there already, or stdout."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engine import regular_file
from engine.errors import UsageError

STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def may_replace(output: Path, check: Callable[[bool], Path]) -> bool:
    """Whether somebody here grants that a file goes; raises UsageError where that can't be.

    check: the file that is written, if one that is there may go.
    """
    from tui.terminal.question import can_ask, is_granted

    is_asked = can_ask()
    target = check(is_asked)
    if not (is_asked and target.exists()):
        return False
    if is_granted(f"{output} is there already. Replace it?"):
        return True
    raise UsageError(f"{output}: nothing was written")


def show_file(path: Path, *, ascii_only: bool) -> None:
    """Print a file: to a terminal as text that can't move its cursor, else byte by byte."""
    with regular_file.opened(path) as content:
        if sys.stdout.isatty():
            _show(content, ascii_only)
        else:
            sys.stdout.flush()
            shutil.copyfileobj(content, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _show(content: IO[bytes], ascii_only: bool) -> None:
    from rich.text import Text

    from tui.renderables.sanitize import plain
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    for line in io.TextIOWrapper(content, "utf-8"):
        terminal.line(Text(plain(line.rstrip("\n"), terminal.look.ascii)))
