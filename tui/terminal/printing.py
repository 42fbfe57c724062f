"""Where text is printed: what the terminal can show, and rows that fit it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO

from rich.console import Console
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look, look_for
from tui.renderables.sanitize import plain


class _Console(Console):
    """A console that leaves a closed stdout to the command line, where rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError("nobody reads stdout any more")


LEAST_COLUMNS = 20
"""On fewer nothing can be read."""
PIPED_COLUMNS = 80


def is_too_small(stream: IO[str], environment: Mapping[str, str]) -> bool:
    """Whether a stream is said to have fewer columns than can be read, or a terminal no rows.

    Containers and some CI set COLUMNS=0, or give a pseudo-terminal of 0 by 0. COLUMNS and LINES go
    before what the terminal says.
    """
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError, AttributeError):
        columns, rows = PIPED_COLUMNS, 1
    columns, rows = (
        int(environment[name]) if environment.get(name, "").isdecimal() else found
        for name, found in (("COLUMNS", columns), ("LINES", rows))
    )
    return columns < LEAST_COLUMNS or rows < 1


def _console(stream: IO[str], as_pipe: bool, *, no_color: bool | None = None) -> Console:
    return _Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=no_color,
        width=PIPED_COLUMNS if as_pipe else None,
        force_terminal=False if as_pipe else None,
    )


class Terminal:
    """One output stream with the look that suits it."""

    def __init__(self, *, ascii_only: bool = False, stream: IO[str] | None = None) -> None:
        stream = sys.stdout if stream is None else stream
        # Where nothing can be placed it is printed as into a pipe: a size of 0 is no size.
        as_pipe = is_too_small(stream, os.environ)
        console = _console(stream, as_pipe)
        self.look: Look = look_for(
            os.environ,
            encoding=encoding_of(stream, os.environ),
            is_terminal=console.is_terminal,
            color_system=console.color_system,
            ascii_only=ascii_only,
        )
        if not self.look.has_color:
            console = _console(stream, as_pipe, no_color=True)
        self.console = console
        self.is_interactive = self.console.is_terminal and os.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Columns that may be used."""
        return self.console.width

    def rows(self, rows: Iterable[Text]) -> None:
        """Print rows that were made for this width."""
        if not self.console.is_terminal:  # there may be a hundred thousand of them
            self.console.file.writelines(f"{row.plain}\n" for row in rows)
            self.console.file.flush()
            return
        for row in rows:
            if not row.spans and not row.style:  # the most, and rich takes its time
                self.console.file.write(f"{row.plain}\n")
                continue
            self.console.print(row, highlight=False, no_wrap=True, overflow="ignore", crop=False)

    def tell(self, text: str) -> None:
        """Print a line in which names from outside stand, made harmless."""
        self.line(plain(tr(text), self.look.ascii))

    def path(self, path: str) -> None:
        """Print a path for other programs: on a line of its own, whole, made harmless."""
        encoding = getattr(self.console.file, "encoding", None) or "ascii"
        self.line(Text(plain(path, ascii=not encoding.lower().startswith("utf"))))
        self.console.file.flush()

    def line(self, text: str | Text = "") -> None:
        """Print a line whole; it may wrap. A string is said in the language that is spoken."""
        text = tr(text) if isinstance(text, str) else text
        self.console.print(text, highlight=False, soft_wrap=True)


_NOT_UTF8 = ("C", "POSIX")


def encoding_of(stream: object, environment: Mapping[str, str]) -> str:
    """What the terminal behind a stream can be sent.

    In the locale C Python writes UTF-8 all the same, and may put C.UTF-8 into LC_CTYPE (PEP
    538, PEP 540): there the locale that was asked for counts. Where none was, Python's choice.
    """
    asked = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    if asked == "C.UTF-8" and not environment.get("LC_ALL"):
        asked = environment.get("LANG")
    if asked in _NOT_UTF8:
        return "ascii"
    return getattr(stream, "encoding", None) or "ascii"
