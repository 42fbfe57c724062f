"""How far something is, as a line."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.palette import GOOD


def progress_bar(share: float, width: int, look: Look) -> Text:
    """A line of `width` columns, as much of it strong as is done; share: 0 to 1."""
    done = round(min(share, 1.0) * max(width, 0)) if share > 0 else 0
    strong, faint = look.pick("━", "="), look.pick("─", "-")
    rest = (faint * (width - done), Style(dim=True))
    return Text.assemble((strong * done, look.paint(GOOD)), rest)
