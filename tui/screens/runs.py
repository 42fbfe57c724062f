"""The runs that were made: watch, open, continue, delete, compare."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.widgets import Input, Static

from engine import paths
from engine.errors import PerceptuiError
from tui.editing.topics import Topic, of_experiment
from tui.language import tr
from tui.past.run_filter import EXAMPLE
from tui.renderables.sanitize import plain
from tui.screens.confirm import ConfirmScreen
from tui.screens.host import AppScreen
from tui.widgets.keys import Keys
from tui.widgets.run_list import RunList

if TYPE_CHECKING:  # the app loads this screen before the engine
    from engine.runs.known_runs import KnownRuns, ListedRun
    from engine.runs.run import Run

FOOTER = (
    "select",
    "continue",
    "mark",
    "compare",
    "filter",
    "delete",
    "export",
    "explain",
    "sweeps",
    "back",
)
"""Actions in the order of their use: what has no room is in the help."""
REFRESH_S = 3.0
SLICE_S = 0.1
"""So long is read between two looks at the list that fills."""
REST = 20
"""After reading they are left alone for so many times as long as it took."""


class RunsScreen(AppScreen):
    """Live runs first, then the others, newest first."""

    DEFAULT_CSS = """
    RunsScreen #title { height: 1; background: $panel; padding: 0 1; }
    RunsScreen #filter, RunsScreen #filter:focus {
        height: 1; border: none; padding: 0 1; display: none;
    }
    RunsScreen #filter.-shown { display: block; }
    RunsScreen #columns { height: 2; padding: 0 1; }
    RunsScreen RunList { height: 1fr; padding: 0 1; }
    RunsScreen #detail { height: 2; padding: 0 1; color: $text-muted; }
    RunsScreen.-low #columns, RunsScreen.-low #detail { display: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (8, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("c", "continue", "Continue"),
        Binding("space", "mark", "Mark"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("equals_sign", "compare", "Compare", key_display="="),
        Binding("X", "export", "Export"),
        Binding("E", "evaluate", "Is it good?", show=False),
        Binding("S", "sweeps", "Sweeps"),
        Binding("delete", "delete", "Delete"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[ListedRun] = []
        """All that were read, whatever is listed of them."""
        self._marked: set[Path] = set()
        self._known_runs: KnownRuns | None = None
        self._is_complete = False
        """Whether all runs were read once."""
        self._is_reading = False
        self._is_outdated = False
        """Whether there was a reason to read again while they were read."""
        self._rests_until = 0.0
        self._title = ""

    def compose(self) -> ComposeResult:
        yield Static(tr("Runs: being read"), id="title", markup=False)
        yield Input(placeholder=EXAMPLE, id="filter")
        yield Static(id="columns", markup=False)
        yield RunList()
        yield Static(id="detail", markup=False)
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self.set_interval(REFRESH_S, self._look_again)
        self._list.focus()

    def on_screen_resume(self) -> None:
        self._read()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._show_head)

    @property
    def _list(self) -> RunList:
        return self.query_one(RunList)

    @property
    def chosen(self) -> ListedRun | None:
        """The run under the cursor."""
        return self._list.chosen

    def on_run_list_selected(self) -> None:
        if self.chosen is not None:
            self.open_run(self.chosen.run)

    def on_run_list_moved(self) -> None:
        """Name the directory of the run under the cursor, and all that there is to say of it."""
        chosen, text = self.chosen, ""
        if chosen is not None:
            complaint = chosen.state.told if chosen.state.complaint else ""
            said = [part for part in (tr(complaint), self._list.differs()) if part]
            text = ": ".join([chosen.run.name, *(["; ".join(said)] if said else [])])
        self.query_one("#detail", Static).update(Text(plain(text, self.host.look.ascii)))

    def topics(self) -> list[Topic]:
        """Everything that the experiment of the run under the cursor is made of."""
        if self.chosen is None:
            return []
        try:
            return of_experiment(self.chosen.run.experiment())
        except PerceptuiError as error:
            self.complain(error)
            return []

    def action_filter(self) -> None:
        """List only what is typed: words of titles, or conditions."""
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    def action_back(self) -> None:
        """List every run again; where all are listed, go back."""
        field = self.query_one("#filter", Input)
        if not field.has_class("-shown"):
            super().action_back()
            return
        field.remove_class("-shown")
        field.value = ""
        self._list.focus()
        self._apply_filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The list has the keys again, narrowed."""
        self._list.focus()
        self._apply_filter()

    @work(group="filter", exclusive=True, exit_on_error=False)
    async def _apply_filter(self) -> None:
        await self._show_kept(tr("Runs"))

    async def _show_kept(self, title: str) -> None:
        """Show what the filter leaves of all that were read."""
        from tui.past.run_filter import conditions, matches

        text, found = self.query_one("#filter", Input).value, self._found
        try:
            wanted = conditions(text)
        except PerceptuiError as error:
            self.complain(error)
            return
        if wanted:  # some need the experiments' files
            found = await asyncio.to_thread(lambda: [one for one in found if matches(one, wanted)])
            title = tr(f"Runs: {len(found):,} of {len(self._found):,}")
        self._show(found, title)

    def action_mark(self) -> None:
        """Mark a run to compare it, or take the mark away."""
        if self.chosen is not None:
            self._marked ^= {self.chosen.run.path}
            self._list.mark(self._marked)
            self._show_title()

    def action_export(self) -> None:
        """Write a run, or what it learned, for other programs."""
        from tui.screens.export import ExportScreen

        if self.chosen is not None:
            run = self.chosen.run
            self.app.push_screen(ExportScreen(run, run.name))

    def action_evaluate(self) -> None:
        """Judge the run under the cursor: is it good, how sure is that, where does it fail."""
        from tui.screens.evaluate import EvaluateScreen

        if self.chosen is not None:
            self.app.push_screen(EvaluateScreen(self.chosen.run, self.chosen.run.title()))

    def action_sweeps(self) -> None:
        """List what was trained many times."""
        from tui.screens.sweeps import SweepsScreen

        self.app.push_screen(SweepsScreen())

    def action_continue(self) -> None:
        """Go on with a run that ended early, or train on with one that came to its end."""
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.can_continue or chosen.is_done:
            self.continue_run(chosen.run)
        elif chosen.state.is_live:
            self.complain(f"{chosen.run.name} is {chosen.state.text} already: enter watches it")
        else:
            self.complain(
                f"{chosen.run.name} is over ({chosen.state.told}): enter shows what it came to"
            )

    def action_compare(self) -> None:
        """Show the marked runs on one chart and in one table."""
        marked = [one.run for one in self._list.runs if one.run.path in self._marked]
        if len(marked) < 2:
            self.complain("Mark two runs or more with space to compare them")
            return
        from tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(marked))

    def action_delete(self) -> None:
        """Delete the run under the cursor, or the marked ones, after asking."""
        marked = [one for one in self._list.runs if one.run.path in self._marked]
        chosen = marked if len(marked) > 1 else [self.chosen] if self.chosen else []
        for one in chosen:
            if one.state.is_live:
                self.complain(f"{one.run.name} is {one.state.text}: stop it first, then delete it")
                return
        if chosen:
            self._ask_to_delete([one.run for one in chosen])

    @property
    def _runs_dir(self) -> Path:
        return paths.runs_dir(self.host.folders.runs_dir)

    @work(group="delete", exclusive=True, exit_on_error=False)
    async def _ask_to_delete(self, chosen: list[Run]) -> None:
        from engine.runs.deletion import check
        from tui.past.run_summary import deletion_question

        try:
            for run in chosen:
                await asyncio.to_thread(check, run)
        except PerceptuiError as error:
            self.complain(error)
            return
        yes = tr("Delete it") if len(chosen) == 1 else tr("Delete them")
        screen = ConfirmScreen(deletion_question(chosen), yes)
        self.app.push_screen(screen, partial(self._deleted, chosen))

    def _deleted(self, chosen: list[Run], sure: bool | None) -> None:
        if sure:
            self._delete(chosen)

    @work(group="delete", exit_on_error=False)
    async def _delete(self, chosen: list[Run]) -> None:
        from engine.runs.deletion import delete

        try:
            for run in chosen:
                await asyncio.to_thread(delete, run)
        except PerceptuiError as error:
            self.complain(error)
        self._read()

    def _look_again(self) -> None:
        if time.monotonic() >= self._rests_until:
            self._read()

    def _read(self) -> None:
        """Read the runs, or once more when they are being read."""
        self._is_outdated = True
        if not self._is_reading:
            self._read_all()

    @work(group="runs", exit_on_error=False)
    async def _read_all(self) -> None:
        self._is_reading = True
        try:
            while self._is_outdated:
                self._is_outdated = False
                await self._read_once()
        except PerceptuiError as error:
            self.complain(error)
        finally:
            self._is_reading = False

    async def _read_once(self) -> None:
        """Take what is read, a moment's work at a time; shown at once only the first time."""
        began = time.monotonic()
        found: list[ListedRun] = []
        reading = await asyncio.to_thread(self._newest_first)
        while some := await asyncio.to_thread(_some_of, reading):
            found += some
            if not self._is_complete and not self.query_one("#filter", Input).value:
                self._show(found, tr(f"Runs: {len(found):,} read, and more to come"))
        self._marked &= {one.run.path for one in found}
        if not self._is_complete or found != self._found or self._list.is_dated():
            self._is_complete, self._found = True, found
            await self._show_kept(tr("Runs"))
        now = time.monotonic()
        self._rests_until = now + REST * (now - began)

    def _newest_first(self) -> Iterator[ListedRun]:
        from engine.runs.known_runs import KnownRuns

        if self._known_runs is None:
            self._known_runs = KnownRuns(self._runs_dir)
        return self._known_runs.newest_first()

    def _show(self, found: list[ListedRun], title: str) -> None:
        hint = tr(f"There are no runs in {self._runs_dir} yet. Esc goes back: open a preset ")
        hint += "with enter, press space, and its run is listed here."
        if self.query_one("#filter", Input).value:
            hint = tr("No run is like that: esc lists all again.")
        self._title = title
        self._list.show(tuple(found), hint)
        self._show_title()
        self._list.mark(self._marked)
        self._show_head()

    def _show_title(self) -> None:
        number = sum(one.run.path in self._marked for one in self._list.runs)
        marked = tr(f", {number} marked: = compares them") if number > 1 else ""
        if number == 1:
            marked = tr(", 1 marked: space marks another one")
        self.query_one("#title", Static).update(f"{self._title}{marked}")

    def _show_head(self) -> None:
        self.query_one("#columns", Static).update(self._list.head())


def _some_of(reading: Iterator[ListedRun]) -> list[ListedRun]:
    """What is read in SLICE_S, one run at least; nothing once there is no more."""
    deadline = time.monotonic() + SLICE_S
    found = []
    for one in reading:
        found.append(one)
        if time.monotonic() >= deadline:
            break
    return found
