"""A film as a file: asciicast for asciinema, an animated GIF, its last frame as SVG."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from tui.film.shooting import Film
from tui.renderables.sanitize import plain

END_S = 2.0
"""So long the last frame stays before the film begins again."""


def cast(film: Film) -> bytes:
    """asciicast v2 (docs.asciinema.org): a line of JSON, then what is printed when.

    Only rows that are another than before are printed.
    """
    head = {
        "version": 2,
        "width": film.width,
        "height": film.height,
        "title": plain(film.title),
        "env": {"TERM": "xterm-256color"},
    }
    lines = [json.dumps(head)]
    before: Sequence[str] = ()
    for number, frame in enumerate(film.frames):
        rows = [_printed(row) for row in frame]
        text = "" if before else "\x1b[?25l\x1b[2J"
        for place, row in enumerate(rows):
            if not before or before[place] != row:
                text += f"\x1b[{place + 1};1H{row}"
        before = rows
        lines.append(json.dumps([round(number * film.frame_s, 3), "o", text]))
    end = round(len(film.frames) * film.frame_s + END_S, 3)
    lines.append(json.dumps([end, "o", f"\x1b[{film.height};1H\x1b[?25h\r\n"]))
    return ("\n".join(lines) + "\n").encode()


def svg(film: Film) -> bytes:
    """The last frame, as a terminal would show it."""
    console = _console(film.width, record=True)
    for row in film.frames[-1]:
        console.print(row, no_wrap=True, overflow="ignore", crop=False)
    return console.export_svg(title=plain(film.title)).encode()


def gif(film: Film) -> bytes:
    """All frames, for ever anew."""
    from tui.film.pixels import animated

    return animated(film.frames, film.width, film.height, film.frame_s, END_S)


FORMATS: dict[str, Callable[[Film], bytes]] = {".cast": cast, ".gif": gif, ".svg": svg}
"""By the ending of the file's name."""


def _printed(row: Text) -> str:
    """A row as a terminal of 24-bit color is sent it."""
    console = _console(max(1, row.cell_len), record=False)
    with console.capture() as capture:
        console.print(row, no_wrap=True, overflow="ignore", crop=False, end="")
    return capture.get()


def _console(width: int, *, record: bool) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        record=record,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        highlight=False,
        _environ={},
    )
