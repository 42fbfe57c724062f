"""The runs that were made: watch, open, continue, delete, compare."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from engine import paths
from engine.errors import PerceptuiError
from tui.renderables.table import sentence
from tui.screens.confirm import ConfirmScreen
from tui.screens.host import BenchScreen
from tui.widgets.option_rows import OptionRows

if TYPE_CHECKING:  # the app loads this screen before the engine
    from engine.runs.known_runs import KnownRuns, ListedRun
    from engine.runs.reader import Run

REFRESH_S = 3.0


class RunList(OptionRows):
    """The list, in which enter opens."""

    BINDINGS = [Binding("enter", "select", "Open", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class RunsScreen(BenchScreen):
    """Live runs first, then the others, newest first."""

    DEFAULT_CSS = """
    RunsScreen #title { height: 1; background: $panel; padding: 0 1; }
    RunsScreen #columns { height: 2; padding: 0 1; }
    RunsScreen RunList {
        height: 1fr; border: none; padding: 0 1; background: $background;
        scrollbar-size-vertical: 1;
    }
    RunsScreen RunList:focus { border: none; background-tint: $foreground 0%; }
    RunsScreen RunList.-filled { text-wrap: nowrap; text-overflow: clip; }
    RunsScreen RunList > .option-list--option { padding: 0; }
    RunsScreen.-low #columns { display: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (8, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("c", "continue", "Continue"),
        Binding("space", "mark", "Mark"),
        Binding("equals_sign", "compare", "Compare", key_display="="),
        Binding("delete", "delete", "Delete"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[ListedRun] | None = None
        self._marked: set[Path] = set()
        self._known_runs: KnownRuns | None = None

    def compose(self) -> ComposeResult:
        yield Static("Runs", id="title", markup=False)
        yield Static(id="columns", markup=False)
        yield RunList()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.set_interval(REFRESH_S, self._read)
        self.query_one(RunList).focus()

    def on_screen_resume(self) -> None:
        self._read()

    def on_resize(self, event: Resize) -> None:
        if self._runs is not None:
            self.call_after_refresh(self._fill)

    @property
    def chosen(self) -> ListedRun | None:
        """The run under the cursor."""
        place = self.query_one(RunList).highlighted
        return self._runs[place] if self._runs and place is not None else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if len(self._marked) > 1:
            self.action_compare()
        elif self.chosen is not None:
            self.open_run(self.chosen.run)

    def action_mark(self) -> None:
        """Mark a run to compare it, or take the mark away."""
        if self.chosen is not None:
            self._marked ^= {self.chosen.run.path}
            self._fill()
            self.query_one(RunList).action_cursor_down()

    def action_continue(self) -> None:
        """Go on with a run that ended early."""
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.can_continue:
            self.continue_run(chosen.run)
        elif chosen.state.is_live:
            self.complain(f"{chosen.run.name} is {chosen.state.text} already: enter watches it")
        else:
            self.complain(
                f"{chosen.run.name} is over ({chosen.state.told}): enter opens its experiment"
            )

    def action_compare(self) -> None:
        """Show the marked runs on one chart and in one table."""
        marked = [one.run for one in self._runs or [] if one.run.path in self._marked]
        if len(marked) < 2:
            self.complain("Mark two runs or more with space to compare them")
            return
        from tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(marked))

    def action_delete(self) -> None:
        """Delete the run under the cursor, or the marked ones, after asking."""
        marked = [one for one in self._runs or [] if one.run.path in self._marked]
        chosen = marked if len(marked) > 1 else [self.chosen] if self.chosen else []
        for one in chosen:
            if one.state.is_live:
                self.complain(f"{one.run.name} is {one.state.text}: stop it first, then delete it")
                return
        if chosen:
            self._ask_to_delete([one.run for one in chosen])

    @property
    def _runs_dir(self) -> Path:
        return paths.runs_dir(self.host.places.runs_dir)

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
        yes = "Delete it" if len(chosen) == 1 else "Delete them"
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

    @work(group="runs", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        try:
            found = await asyncio.to_thread(self._all)
        except PerceptuiError as error:
            self.complain(error)
            return
        if found != self._runs:
            before = self.chosen
            self._runs = found
            self._marked &= {one.run.path for one in found}
            self._fill(before)

    def _all(self) -> list[ListedRun]:
        from engine.runs.known_runs import KnownRuns

        if self._known_runs is None:
            self._known_runs = KnownRuns(self._runs_dir)
        return list(self._known_runs.newest_first())

    def _fill(self, before: ListedRun | None = None) -> None:
        """Write the lines anew, keeping the cursor on its run."""
        entries = self.query_one(RunList)
        before = before or self.chosen
        place = entries.highlighted or 0
        width = max(0, self.size.width - 3)
        look = self.host.look
        runs = self._runs or []
        head = self.query_one("#columns", Static)
        entries.clear_options()
        entries.set_class(bool(runs), "-filled")
        if not runs:
            text = f"There are no runs in {self._runs_dir} yet. Esc goes back: open a preset "
            text += "with enter, press space, and its run is listed here."
            head.update("")
            hint = Text("\n").join(sentence(text, width, look, dim=False))
            entries.add_option(Option(hint, disabled=True))
            return
        from tui.past.run_summary import summary_lines

        columns, rule, *lines = summary_lines(runs, self._marked, width, look) or [Text(), Text()]
        head.update(Text("\n").join([columns, rule]))
        entries.add_options(
            [Option(line) for line in lines or [Text(one.run.name) for one in runs]]
        )
        places = {one.run.path: number for number, one in enumerate(runs)}
        if before is not None:
            place = places.get(before.run.path, place)
        entries.highlighted = min(place, len(runs) - 1)
