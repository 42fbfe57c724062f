"""The doctor's findings as a list: each whole, with a cursor that chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from rich.text import Text
from textual.binding import Binding
from textual.message import Message

from engine.doctor.finding import Finding
from tui.renderables.findings import findings
from tui.renderables.table import heading, sentence
from tui.widgets.cursor_rows import CursorRows, Line

NOTHING = "Nothing."
Part = tuple[str, Sequence[Finding]]
"""What a part of the list is about, and what was found there, the gravest first."""


class FindingList(CursorRows, can_focus=True):
    """Parts under their headings; posts Chosen for the finding that is picked."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "choose", "Repair", key_display="enter"),
    ]
    DEFAULT_CSS = "FindingList { height: 1fr; padding: 0 1; }"

    class Chosen(Message):
        """A person wants this finding repaired."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__()
        self._parts: Sequence[Part] = ()

    def show(self, parts: Sequence[Part]) -> None:
        """Show these findings; the cursor stays where it was, as far as there are as many."""
        self._parts = parts
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()

    def num_items(self) -> int:
        return len(self._found)

    def lines(self, width: int, height: int) -> list[Line]:
        """Each finding from its severity to its repair.

        The chosen one is marked at its head, and what it rests on is drawn below it.
        """
        lines: list[Line] = []
        item = 0
        for title, found in self._parts:
            if lines:
                lines.append(Line(Text()))
            lines.append(Line(heading(title, width, self.look)))
            if not found:
                lines += [Line(row) for row in sentence(NOTHING, width, self.look)]
            for one in found:
                is_chosen = item == self.cursor
                head, *rest = findings([one], width, self.look, drawn=is_chosen)
                if is_chosen:
                    head = self.marked(head, width, active=self.has_focus)
                lines += [Line(row, item) for row in (head, *rest)]
                item += 1
        return lines

    def picked(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        """Repair what the cursor is on."""
        if self._found:
            self.post_message(self.Chosen(self._found[self.cursor]))

    @property
    def _found(self) -> list[Finding]:
        return list(chain.from_iterable(found for _, found in self._parts))
