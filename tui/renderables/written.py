"""A text that a network wrote, line by line."""

from __future__ import annotations

from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.sanitize import fit


def written_rows(text: str, width: int, look: Look) -> list[Text]:
    """Each line in a row, cut to the width; empty ones left out."""
    return [Text(fit(line, width, look.ascii)) for line in text.split("\n") if line.strip()]
