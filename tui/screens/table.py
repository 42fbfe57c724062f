"""A new experiment from a file: the table is looked at, then asked what to predict."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.suggester import Suggester
from textual.widgets import Input, Static

from engine.errors import PerceptuiError
from engine.paths import expanded
from tui.language import tr
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.widgets.keys import Keys

if TYPE_CHECKING:
    from engine.parts.data.sheet.table import Table

FOOTER = ("submit", "complete", "back")
_MOST_NOTES = 6
"""Choices that are told; the doctor and the editor show what became of all."""
PATH_HINT = "a table, or a folder of pictures; right or tab completes, enter looks at it"
TARGET_HINT = "the column to predict; right or tab completes, enter makes the experiment"


class PathSuggester(Suggester):
    """Completes a path with what is there, folders with their slash."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value)


def completed(value: str) -> str | None:
    """The first path that begins like this, whole; None where there is none or it is whole."""
    folder, _, start = value.rpartition("/")
    root = expanded(f"{folder}/" if "/" in value else ".")
    try:
        found = sorted(
            (one.name, one.is_dir())
            for one in root.iterdir()
            if one.name.startswith(start) and (start or not one.name.startswith("."))
        )
    except OSError:
        return None
    for name, is_folder in found:
        whole = f"{folder}/{name}" if "/" in value else name
        whole += "/" if is_folder else ""
        if whole != value and plain(whole) == whole:
            return whole
    return None


class ColumnSuggester(Suggester):
    """Completes the last of several names, divided by commas, with a column's."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._names = names

    async def get_suggestion(self, value: str) -> str | None:
        before, comma, start = value.rpartition(",")
        begun = start.strip().lower()
        blank = " " if comma else ""
        for name in self._names:
            if begun and name.lower().startswith(begun) and name != start.strip():
                return f"{before}{comma}{blank}{name}"
        return None


class PathInput(Input):
    """Where a path is typed; enter looks at what lies there."""

    BINDINGS = [Binding("enter", "submit", "Look at it", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class TargetInput(Input):
    """Where a column is named; enter makes the experiment."""

    BINDINGS = [Binding("enter", "submit", "Experiment", key_display="enter")]  # noqa: RUF012  # the same


class TableScreen(AppScreen):
    """Which file, what is in it, what to predict; a folder of pictures says that itself."""

    DEFAULT_CSS = """
    TableScreen #hint { height: 1; background: $panel; padding: 0 1; }
    TableScreen Input, TableScreen Input:focus { height: 1; border: none; padding: 0 1; }
    TableScreen #target { display: none; }
    TableScreen.-read #target { display: block; }
    TableScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("tab", "complete", "Complete", priority=True),
        Binding("escape", "back", "Back"),
        Binding("shift+tab", "other_file", "Other file", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "Down", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "Up", show=False, priority=True),
    ]

    def __init__(self, path: Path | None = None) -> None:
        """path: what is looked at without being asked for."""
        super().__init__()
        self._given = path
        self._path = ""
        self._table: Table | None = None

    def compose(self) -> ComposeResult:
        yield Static(tr("A new experiment from a file"), id="hint", markup=False)
        yield PathInput(placeholder=tr(PATH_HINT), id="path", suggester=PathSuggester())
        yield TargetInput(placeholder=tr(TARGET_HINT), id="target")
        with VerticalScroll():
            yield Page()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        field = self.query_one("#path", Input)
        field.focus()
        if self._given is not None:
            field.value = str(self._given)
            self._look_at(str(self._given))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text:
            return
        if event.input.id == "path":
            self._look_at(str(expanded(text)))
        else:
            self._fit(tuple(self._targets(text)))

    def _targets(self, text: str) -> list[str]:
        """The columns that a text names: one whose name it is, else those between commas."""
        known = [column.name for column in self._table.columns] if self._table else []
        names = [text] if text in known else text.split(",")
        return [_known_as(name.strip(), known) for name in names]

    def action_complete(self) -> None:
        """Take what completes the text; from a path that is whole to what to predict."""
        field = self.focused
        if isinstance(field, Input):
            end = len(field.value)
            field.cursor_position = end
            field.action_cursor_right()
            if len(field.value) == end and self._table is not None:
                self.query_one("#target", Input).focus()

    def action_other_file(self) -> None:
        """Back to the path."""
        self.query_one("#path", Input).focus()

    def action_back(self) -> None:
        """Leave without an experiment."""
        if self.is_current:
            self.app.pop_screen()

    def action_scroll(self, by: int) -> None:
        """Show more of the table, while a field keeps the cursor."""
        view = self.query_one(VerticalScroll)
        view.scroll_page_down() if by > 0 else view.scroll_page_up()

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _look_at(self, path: str) -> None:
        from engine.parts.data.sheet.asked import Asked
        from engine.parts.data.sheet.inspection import inspected
        from tui.renderables.table_columns import table_rows

        page, look = self.query_one(Page), self.host.look
        if Path(path).is_dir():
            self._path, self._table = path, None
            self.remove_class("-read")
            self._fit(())
            return
        try:
            found = await asyncio.to_thread(inspected, path, Asked())
        except PerceptuiError as error:
            said = str(error)
            self._table = None
            self.remove_class("-read")
            page.show(lambda width: sentence(said, width, look, dim=False))
            return
        self._path, self._table = path, found
        page.show(lambda width: table_rows(Path(path).name, found, width, look))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        target = self.query_one("#target", Input)
        target.suggester = ColumnSuggester([column.name for column in found.columns])
        self.add_class("-read")
        target.focus()

    @work(group="fit", exclusive=True, exit_on_error=False)
    async def _fit(self, targets: tuple[str, ...]) -> None:
        from engine.doctor.fitting import fitted
        from tui.messages import PresetChosen

        look = self.host.look
        try:
            found = await asyncio.to_thread(fitted, self._path, targets)
        except PerceptuiError as error:
            said = str(error)
            self.query_one(Page).show(
                lambda width: [
                    row
                    for line in said.split("\n")
                    for row in sentence(line, width, look, dim=False)
                ]
            )
            return
        if not self.is_current:
            return
        self.app.pop_screen()
        self.app.screen.post_message(
            PresetChosen(found.experiment.title, found.experiment, is_new=True)
        )
        if found.notes:
            more = len(found.notes) - _MOST_NOTES
            notes = [*found.notes[:_MOST_NOTES], *([tr(f"and {more} more")] if more > 0 else [])]
            self.app.notify("\n".join(plain(note, look.ascii) for note in notes), markup=False)


def _known_as(name: str, known: list[str]) -> str:
    """A column's name in its own case, where one alone is called so."""
    same = [one for one in known if one.lower() == name.lower()]
    return same[0] if len(same) == 1 else name
