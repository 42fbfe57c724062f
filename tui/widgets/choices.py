"""A list of names with a line of help each, to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.message import Message

from tui.renderables.sanitize import fit
from tui.widgets.cursor_rows import CursorRows, Line


class Choice(NamedTuple):
    """One entry."""

    name: str
    help: str
    value: str = ""
    """What it is now, between name and help; empty for things without a value."""


class Choices(CursorRows, can_focus=False):
    """The entries; another widget, in which a filter is typed, keeps the focus."""

    class Picked(Message):
        """An entry was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices: Sequence[Choice] = ()

    @property
    def current(self) -> str:
        """The name under the cursor; empty where there is none."""
        return self._choices[self.cursor].name if self.cursor < len(self._choices) else ""

    def show(self, choices: Sequence[Choice], current: str = "") -> None:
        """Show other entries, the cursor on one of them."""
        self._choices = choices
        names = [choice.name for choice in choices]
        self.cursor = names.index(current) if current in names else 0
        self.remake()

    def num_items(self) -> int:
        return len(self._choices)

    def lines(self, width: int, height: int) -> list[Line]:
        look = self.look
        names = max((len(choice.name) for choice in self._choices), default=0)
        values = min(max((len(c.value) for c in self._choices), default=0), max(width // 4, 8))
        lines = []
        for index, choice in enumerate(self._choices):
            row = Text(look.pick("▸ ", "> ") if index == self.cursor else "  ")
            row.append(fit(choice.name, max(width - 2, 0), look.ascii).ljust(names))
            if values:
                row.append("  " + fit(choice.value, values, look.ascii).ljust(values))
            room = width - row.cell_len - 2
            if room > 8:
                row.append("  " + fit(choice.help, room, look.ascii), Style(dim=True))
            if index == self.cursor:
                row = self.marked(row, width, active=True)
            lines.append(Line(row, index))
        return lines or [Line(Text("  nothing has that in its name", Style(dim=True)))]

    def picked(self) -> None:
        self.post_message(self.Picked(self.current))
