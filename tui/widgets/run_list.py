"""The runs in a list; rows are made for those in sight only, since there may be thousands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.message import Message

from tui.renderables.table import Sheet, sentence
from tui.widgets.cursor_rows import CursorRows, Line

if TYPE_CHECKING:  # the app loads its screens before the engine
    from engine.runs.known_runs import ListedRun

MARK_WIDTH = 3
"""A sign in front of marked runs, and the gap behind it."""


class RunList(CursorRows, can_focus=True):
    """Runs under a cursor; enter opens."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "select", "Open", key_display="enter"),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    class Selected(Message):
        """The run under the cursor is to be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: Sequence[ListedRun] = ()
        self._marked: set[Path] = set()
        self._hint = ""
        self._sheet: Sheet | None = None

    @property
    def chosen(self) -> ListedRun | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if self.cursor < len(self.runs) else None

    def show(self, runs: Sequence[ListedRun], hint: str) -> None:
        """Show other runs, the cursor on the one where it was; hint: instead of none."""
        from tui.past.run_summary import summary_sheet

        before = self.chosen
        self.runs, self._hint = runs, hint
        self._sheet = summary_sheet(runs, self.look) if runs else None
        if before is not None and self.chosen is not None and self.chosen.run != before.run:
            places = {one.run: place for place, one in enumerate(runs)}
            self.cursor = places.get(before.run, self.cursor)
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()

    def mark(self, marked: set[Path]) -> None:
        """Show a sign in front of these."""
        self._marked = set(marked)
        self.remake()

    def head(self) -> Text:
        """Heading and rule for the columns below; empty where there are none."""
        width = self._room - MARK_WIDTH
        if self._sheet is None or width <= 0:
            return Text()
        rule = self._sheet.rule(width)
        rule.plain = rule.plain[:1] * MARK_WIDTH + rule.plain
        return Text("\n").join([Text.assemble(" " * MARK_WIDTH, self._sheet.heading(width)), rule])

    def num_items(self) -> int:
        return len(self.runs)

    def lines(self, width: int, height: int) -> list[Line]:
        """What there is to say where there are no runs."""
        return [Line(row) for row in sentence(self._hint, width, self.look, dim=False)]

    def make_rows(self, width: int, height: int) -> list[Text]:
        if self._sheet is None:
            return super().make_rows(width, height)
        total = len(self.runs)
        self._keep_seen(self.cursor, self.cursor, height)
        self._top = max(0, min(self._top, total - height))
        seen = range(self._top, min(self._top + height, total))
        return self._drawn([Line(self._row(place), place) for place in seen], total, width)

    def picked(self) -> None:
        self.post_message(self.Selected())

    def action_select(self) -> None:
        """Open the run under the cursor."""
        self.picked()

    def action_page(self, by: int) -> None:
        """Move the cursor by as many runs as are in sight."""
        self.cursor += by * max(1, self.size.height)

    @property
    def _room(self) -> int:
        return self.size.width - 2  # where arrows say that there is more

    def _row(self, place: int) -> Text:
        assert self._sheet is not None, "rows have a sheet"
        one = self.runs[place]
        width = max(0, self._room - MARK_WIDTH)
        sign = self.look.pick("●", "*") if one.run.path in self._marked else " "
        row = Text(sign.ljust(MARK_WIDTH)).append_text(self._sheet.row(place, width))
        if place == self.cursor:
            return self.marked(row, self._room, active=self.has_focus)
        return row
