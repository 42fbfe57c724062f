"""The runs in a list; rows are made for those in sight only, since there may be thousands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.message import Message

from tui.language import tr
from tui.renderables.sanitize import fit
from tui.renderables.table import Sheet, sentence
from tui.widgets.cursor_rows import CursorRows, Line

if TYPE_CHECKING:  # the app loads its screens before the engine
    from engine.runs.known_runs import ListedRun
    from tui.past.run_names import RunNames

MARK_WIDTH = 3
"""A sign in front of marked runs, and the gap behind it."""
GAP = 2
DIFFERS = "What differs"
LEAST_WIDTH = 60
"""With less there is no room for what differs."""


class RunList(CursorRows, can_focus=True):
    """Runs under a cursor; enter opens."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "select", "Open", key_display="enter"),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    class Selected(Message):
        """The run under the cursor is to be opened."""

    class Moved(Message):
        """The cursor is on another run, or there are others."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: Sequence[ListedRun] = ()
        self._marked: set[Path] = set()
        self._hint = ""
        self._sheet: Sheet | None = None
        self._names: RunNames | None = None
        self._age = ""
        """Of the newest run, as it is shown."""

    @property
    def chosen(self) -> ListedRun | None:
        """The run under the cursor."""
        return self.runs[self.cursor] if self.cursor < len(self.runs) else None

    def show(self, runs: Sequence[ListedRun], hint: str) -> None:
        """Show other runs, the cursor on the one where it was; hint: instead of none."""
        from tui.past.run_names import RunNames, age
        from tui.past.run_summary import summary_sheet

        before = self.chosen
        self.runs, self._hint = runs, hint
        self._age = age(runs[0].run) if runs else ""
        if self._names is None:
            self._names = RunNames()
        self._names.know(runs)
        self._sheet = summary_sheet(runs, self.look) if runs else None
        if before is not None and self.chosen is not None and self.chosen.run != before.run:
            places = {one.run: place for place, one in enumerate(runs)}
            self.cursor = places.get(before.run, self.cursor)
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()
        self.post_message(self.Moved())

    def is_dated(self) -> bool:
        """Whether what stands under When has become wrong."""
        from tui.past.run_names import age

        return bool(self.runs) and age(self.runs[0].run) != self._age

    def differs(self) -> str:
        """What the run under the cursor has otherwise than what it came from."""
        chosen = self.chosen
        return ", ".join(map(tr, self._names.differs(chosen.run))) if chosen and self._names else ""

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.post_message(self.Moved())

    def mark(self, marked: set[Path]) -> None:
        """Show a sign in front of these."""
        self._marked = set(marked)
        self.remake()

    def head(self) -> Text:
        """Heading and rule for the columns below; empty where there are none."""
        width = self._room - MARK_WIDTH
        if self._sheet is None or width <= 0:
            return Text()
        sheet_width, rest = self._columns(width)
        heading, rule = self._sheet.heading(sheet_width), self._sheet.rule(sheet_width)
        if rest:
            heading.append(" " * (rule.cell_len + GAP - heading.cell_len))
            heading.append(fit(tr(DIFFERS), rest, self.look.ascii), Style(bold=True))
        line = rule.plain[:1]
        rule.plain = line * (MARK_WIDTH + rule.cell_len + (GAP + rest if rest else 0))
        return Text("\n").join([Text.assemble(" " * MARK_WIDTH, heading), rule])

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

    def _columns(self, width: int) -> tuple[int, int]:
        """How wide the sheet may be, and how wide is then what differs; 0: there is no room."""
        assert self._sheet is not None, "columns are a sheet's"
        least = cell_len(tr(DIFFERS)) + width // 8
        if width < LEAST_WIDTH:
            return width, 0
        sheet_width = width - GAP - least
        return sheet_width, width - GAP - self._sheet.rule(sheet_width).cell_len

    def _row(self, place: int) -> Text:
        assert self._sheet is not None, "rows have a sheet"
        assert self._names is not None, "rows have names"
        one = self.runs[place]
        width = max(0, self._room - MARK_WIDTH)
        sign = self.look.pick("●", "*") if one.run.path in self._marked else " "
        sheet_width, rest = self._columns(width)
        row = Text(sign.ljust(MARK_WIDTH)).append_text(self._sheet.row(place, sheet_width))
        if rest:
            start = MARK_WIDTH + self._sheet.rule(sheet_width).cell_len + GAP
            row.append(" " * (start - row.cell_len))
            differs = ", ".join(map(tr, self._names.differs(one.run)))
            row.append(fit(differs, rest, self.look.ascii))
        if place == self.cursor:
            return self.marked(row, self._room, active=self.has_focus)
        return row
