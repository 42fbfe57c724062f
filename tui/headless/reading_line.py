"""Says on stderr how far the reading of a large table is, before there is anything else to show."""

from __future__ import annotations

import sys
from typing import TextIO

from engine.limits import in_bytes
from engine.parts.data import Loading
from tui.commands.complaint import complain
from tui.language import tr
from tui.renderables.numbers import how_far
from tui.renderables.sanitize import plain


class ReadingLine:
    """One line that moves on a terminal, else one that says what is read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._named = ""

    def __call__(self, loading: Loading) -> None:
        if not self._stream.isatty():
            if loading.name != self._named:
                complain(f"reading {loading.name} ({in_bytes(loading.total_bytes or 0)})")
            self._named = loading.name
            return
        text = tr(
            f"reading {plain(loading.name)}: {how_far(loading.done_bytes, loading.total_bytes)}"
        )
        is_over = loading.done_bytes == loading.total_bytes
        self._stream.write("\r\x1b[K" + ("" if is_over else text))
        self._stream.flush()


def show_reading() -> None:
    """Have this process say how far the reading of a table is."""
    from engine.parts.data.sheet.reader_process import tell_reading

    tell_reading(ReadingLine(sys.stderr))
