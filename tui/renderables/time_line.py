"""Where a run's past is looked at, between its first step and now: a line with a mark."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION
from tui.renderables.sanitize import crop

LEAST_LINE = 8


def line_place(width: int, told: int) -> tuple[int, int]:
    """The first column of the line's inside, and how many it has; told: cells of text behind it."""
    start = cell_len(tr(" past ")) + 1
    return start, max(LEAST_LINE, min(40, width - start - told - 3))


def time_line(told: str, share: float, width: int, look: Look) -> Text:
    """The mark at this share (0 to 1) of the line, and what is told of that moment."""
    _, room = line_place(width, cell_len(told))
    place = round(share * (room - 1))
    rule, mark = look.pick("─", "-"), look.pick("●", "O")
    left, right = look.pick("├", "|"), look.pick("┤", "|")
    strong = look.paint(ATTENTION, bold=True)
    line = Text.assemble((tr(" past "), strong + Style(reverse=True)), left)
    line.append(rule * place, strong).append(mark, strong).append(rule * (room - place - 1), "dim")
    line.append(f"{right} {told}")
    return crop(line, width, look.ascii)


def share_of(column: int, width: int, told: str) -> float | None:
    """Which share of the line a column is; None beside it."""
    start, room = line_place(width, cell_len(told))
    if not start <= column < start + room:
        return None
    return (column - start) / (room - 1)
