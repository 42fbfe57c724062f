"""A list of names with a line of help each, to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.message import Message

from tui.language import tr
from tui.renderables.sanitize import fit, padded
from tui.renderables.table import sentence
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
        lines: list[Line] = []
        room = width - 2 - names - (2 + values if values else 0) - 2
        whole = [self._whole(choice, values, room) for choice in self._choices]
        is_roomy = sum(len(rows) for rows in whole) <= height
        for index, choice in enumerate(self._choices):
            name = fit(choice.name, max(width - 2, 0), look.ascii)
            cut = (
                fit(tr(choice.value), values, look.ascii),
                fit(tr(choice.help), max(room, 0), look.ascii),
            )
            for number, (value, help) in enumerate(whole[index] if is_roomy else [cut]):
                sign = look.pick("▸ ", "> ") if index == self.cursor and not number else "  "
                row = Text(f"{sign}{padded('' if number else name, names)}")
                if values:
                    row.append(f"  {padded(value, values)}")
                if room > 8:
                    row.append(f"  {help}", Style(dim=True))
                if index == self.cursor:
                    row = self.marked(row, width, active=True)
                lines.append(Line(row, index))
        return lines or [Line(Text(tr("  nothing has that in its name"), Style(dim=True)))]

    def _whole(self, choice: Choice, values: int, room: int) -> list[tuple[str, str]]:
        """Value and help over as many rows as they need."""
        value = [row.plain for row in sentence(choice.value, values, self.look)]
        help = [row.plain for row in sentence(choice.help, max(room, 0), self.look)]
        return list(zip_longest(value, help, fillvalue="")) or [("", "")]

    def picked(self) -> None:
        self.post_message(self.Picked(self.current))
