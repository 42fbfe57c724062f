"""Where text is printed: what the terminal can show, and rows that fit it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import IO

from rich.console import Console
from rich.text import Text

from tui.renderables.look import Look, look_for
from tui.renderables.sanitize import plain


class _Console(Console):
    """A console that leaves a closed stdout to the command line, where rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError("nobody reads stdout any more")


class Terminal:
    """One output stream with the look that suits it."""

    def __init__(self, *, ascii_only: bool = False, stream: IO[str] | None = None) -> None:
        stream = sys.stdout if stream is None else stream
        console = _Console(file=stream, highlight=False, markup=False, emoji=False)
        self.look: Look = look_for(
            os.environ,
            encoding=encoding_of(stream, os.environ),
            is_terminal=console.is_terminal,
            color_system=console.color_system,
            ascii_only=ascii_only,
        )
        self.console = console if self.look.has_color else self._without_color(stream)
        self.is_interactive = self.console.is_terminal and os.environ.get("TERM") != "dumb"

    @staticmethod
    def _without_color(stream: IO[str]) -> Console:
        return _Console(file=stream, highlight=False, markup=False, emoji=False, no_color=True)

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
            self.console.print(row, highlight=False, no_wrap=True, overflow="ignore", crop=False)

    def tell(self, text: str) -> None:
        """Print a line in which names from outside stand, made harmless."""
        self.line(plain(text, self.look.ascii))

    def path(self, path: str) -> None:
        """Print a path for other programs: on a line of its own, whole, made harmless."""
        encoding = getattr(self.console.file, "encoding", None) or "ascii"
        self.line(Text(plain(path, ascii=not encoding.lower().startswith("utf"))))
        self.console.file.flush()

    def line(self, text: str | Text = "") -> None:
        """Print a line whole; it may wrap."""
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
