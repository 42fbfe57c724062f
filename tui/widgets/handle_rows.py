"""Values that are moved where they stand: between arrows, or choices that are on or off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.palette import BROKEN
from tui.widgets.cursor_rows import Line, Spot

BACK, FORTH = "back", "forth"
"""What the arrows of a stepper are called."""
_DIM = Style(dim=True)


@dataclass(frozen=True)
class HandleRow:
    """One row without what stands before it."""

    text: Text
    spots: tuple[Spot, ...]
    cursor: range | None = None
    """Where the choice under the cursor stands."""

    def moved(self, before: Text) -> Line:
        """The row behind what stands before it."""
        by = before.cell_len
        spots = (Spot(range(s.columns.start + by, s.columns.stop + by), s.name) for s in self.spots)
        return Line(before.append_text(self.text), spots=tuple(spots))


def stepper_row(value: str, look: Look, *, is_broken: bool = False) -> HandleRow:
    """A value between the arrows that move it."""
    left, right = look.pick("‹", "<"), look.pick("›", ">")
    value = f" {value} "
    end = 1 + cell_len(value)
    row = Text(left, _DIM).append(value, look.paint(BROKEN) if is_broken else Style())
    row.append(right, _DIM)
    return HandleRow(row, (Spot(range(2), BACK), Spot(range(end - 1, end + 1), FORTH)))


def choice_rows(
    on: Mapping[str, bool], width: int, look: Look, chosen: int | None, *, less: int = 0
) -> list[HandleRow]:
    """The choices side by side, in as many rows as they need; those that are on have a sign.

    chosen: the one that has the cursor, between arrows. less: columns that the first row lacks.
    """
    drawn: list[list[tuple[str, str, bool, bool]]] = [[]]
    room = width - less
    for number, (name, is_on) in enumerate(on.items()):
        label = f"{look.pick('✓', '*') if is_on else ' '}{feature_name(name, look)}"
        if drawn[-1] and cell_len(label) + 2 > room:
            drawn.append([])
            room = width
        drawn[-1].append((name, label, is_on, number == chosen))
        room -= cell_len(label) + 1
    return [_choice_row(parts, look) for parts in drawn]


def _choice_row(parts: Sequence[tuple[str, str, bool, bool]], look: Look) -> HandleRow:
    """One row of choices: names, labels, whether each is on, whether it has the cursor."""
    text, spots, cursor = Text(), [], None
    after = " "
    for name, label, is_on, has_cursor in parts:
        text.append(look.pick("‹", "<") if has_cursor else after)
        after = look.pick("›", ">") if has_cursor else " "
        start = text.cell_len
        text.append(label, Style() if is_on else _DIM)
        spots.append(Spot(range(start, text.cell_len), name))
        if has_cursor:
            cursor = range(start - 1, text.cell_len + 1)
    return HandleRow(text.append(after), tuple(spots), cursor)


def feature_name(name: str, look: Look) -> str:
    """An input as a person writes it: `x1²`, `sin x1`."""
    if not look.ascii:
        name = name.replace("^2", "²").replace("*", "·")
    return name.replace("(", " ").replace(")", "")
