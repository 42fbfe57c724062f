"""Lines of Python in the terminal's own colors."""

from __future__ import annotations

from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.sanitize import plain


def highlighted(code: str, look: Look) -> list[Text]:
    """The lines of a Python program in the terminal's own colors."""
    from rich.syntax import Syntax

    safe = "\n".join(plain(line, look.ascii) for line in code.rstrip("\n").split("\n"))
    if not look.has_color:
        return [Text(line) for line in safe.split("\n")]
    syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
    rows = list(syntax.highlight(safe).split("\n"))
    for row in rows:
        row.rstrip()
    return rows
