"""The sweeps that were made: open one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Footer, Static

from engine import paths
from tui.language import tr
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.widgets.cursor_rows import CursorRows, Line

if TYPE_CHECKING:  # the app loads its screens before the engine
    from tui.past.sweep_list import ListedSweep, SweepLister

REFRESH_S = 2.0
NONE_YET = "There are no sweeps yet: S on the workbench trains an experiment many times."


class SweepList(CursorRows, can_focus=True):
    """Sweeps under a cursor, the newest first; enter opens."""

    DEFAULT_CSS = "SweepList { height: 1fr; padding: 0 1; }"
    BINDINGS = [Binding("enter", "select", "Open", key_display="enter")]  # noqa: RUF012  # Textual declares it so

    class Selected(Message):
        """The sweep under the cursor is to be opened."""

    def __init__(self) -> None:
        super().__init__()
        self._found: list[ListedSweep] = []

    @property
    def chosen(self) -> ListedSweep | None:
        """The sweep under the cursor."""
        return self._found[self.cursor] if self.cursor < len(self._found) else None

    def show(self, found: list[ListedSweep]) -> None:
        """Show these."""
        self._found = found
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()

    def num_items(self) -> int:
        return len(self._found)

    def picked(self) -> None:
        self.post_message(self.Selected())

    def action_select(self) -> None:
        """Open the sweep under the cursor."""
        self.picked()

    def lines(self, width: int, height: int) -> list[Line]:
        from tui.past.sweep_list import sweep_sheet

        if not self._found:
            return [Line(row) for row in sentence(NONE_YET, width, self.look, dim=False)]
        sheet = sweep_sheet(self._found, self.look)
        lines = [Line(sheet.heading(width)), Line(sheet.rule(width))]
        for index in range(len(self._found)):
            row = sheet.row(index, width)
            if index == self.cursor:
                row = self.marked(row, width, active=self.has_focus)
            lines.append(Line(row, index))
        return lines


class SweepsScreen(AppScreen):
    """Every sweep with its state and its best."""

    DEFAULT_CSS = "SweepsScreen #title { height: 1; background: $panel; padding: 0 1; }"
    BINDINGS = [Binding("escape", "back", "Back")]  # noqa: RUF012  # Textual declares it so

    def __init__(self) -> None:
        super().__init__()
        self._lister: SweepLister | None = None

    def compose(self) -> ComposeResult:
        yield Static(tr("Sweeps"), id="title", markup=False)
        yield SweepList()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.set_interval(REFRESH_S, self._read)
        self.query_one(SweepList).focus()

    def on_screen_resume(self) -> None:
        self._read()

    def on_sweep_list_selected(self) -> None:
        chosen = self.query_one(SweepList).chosen
        if chosen is None:
            return
        if chosen.complaint:
            self.complain(chosen.complaint)
            return
        from tui.screens.sweep import SweepScreen

        self.app.push_screen(SweepScreen(chosen.directory))

    @work(group="sweeps", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        from tui.past.sweep_list import SweepLister

        if self._lister is None:
            self._lister = SweepLister(paths.runs_dir(self.host.folders.runs_dir))
        found = await asyncio.to_thread(self._lister.read)
        self.query_one(SweepList).show(found[::-1])
