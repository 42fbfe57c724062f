"""The first screen: where to start, every experiment there is, and what one is about."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine import paths
from engine.errors import PerceptuiError
from engine.lessons.heads import Head, heads
from engine.spec.presets import Listing, listings
from tui.language import SOURCE, spoken, tr
from tui.messages import LessonChosen
from tui.renderables.sanitize import plain
from tui.screens.about import About, about
from tui.screens.host import AppScreen
from tui.screens.looking import looked_at, not_here
from tui.screens.page import Page
from tui.screens.preset_entries import START, Course, Entry, Heading, first_look, options, rows
from tui.screens.preset_list import EntryList, FilterInput
from tui.terminal.turns import LEADS_ON
from tui.widgets.keys import Keys

if TYPE_CHECKING:  # this screen is there before the engine is loaded
    from engine.runs.known_runs import KnownRuns, ListedRun
    from engine.spec.experiment import Experiment
    from tui.editing.topics import Topic
    from tui.screens.preset_entries import Row


FOOTER = ("select", "filter", "new", "runs", "data")
FIRST_LESSONS = 3
"""Of the course, for who has never trained; its list has all."""
RECENT = 6
"""Past runs in the list; all of them are on the runs screen."""
DEBOUNCE_S = 0.1
"""The cursor rests so long before its data is asked for."""


class PresetsScreen(AppScreen):
    """Presets by group, own ones and recent runs; beside them what they teach."""

    notes_step = False

    DEFAULT_CSS = """
    PresetsScreen #hint { height: 1; background: $panel; padding: 0 1; }
    PresetsScreen #lists { width: 30; }
    PresetsScreen #filter { height: 1; border: none; padding: 0 1; display: none; }
    PresetsScreen #filter:focus { border: none; }
    PresetsScreen #filter.-shown { display: block; }
    PresetsScreen EntryList {
        height: 1fr; border: none; padding: 0; background: $background;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    PresetsScreen EntryList > .option-list--option { padding: 0; }
    PresetsScreen EntryList:focus { border: none; background-tint: $foreground 0%; }
    PresetsScreen #about { padding: 0 1 0 2; scrollbar-size-vertical: 1; }
    PresetsScreen #about:focus { background-tint: $foreground 4%; }
    PresetsScreen #foot { height: 3; padding: 0 1; color: $text-muted; display: none; }
    PresetsScreen.-roomy #lists { width: 42; }
    PresetsScreen.-list-only #lists { width: 1fr; }
    PresetsScreen.-list-only #about { display: none; }
    PresetsScreen.-list-only #foot { display: block; }
    PresetsScreen.-low #foot { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  # Textual's own
        (0, "-list-only"),
        (72, "-both"),
        (100, "-roomy"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("n", "new", "New from a file"),
        Binding("escape", "clear_filter", "Show all", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._presets: list[Listing] = []
        self._runs: list[ListedRun] = []
        self._lessons: Sequence[Head] = ()
        """Those to begin with, for who has never trained."""
        self._known_runs: KnownRuns | None = None
        self._shown: list[Row] = []
        """What each line of the list is."""
        self._opened: set[str] = set()
        """The keys of the entries whose siblings are seen."""
        self._known: dict[str, About] = {}
        self._seen: About | None = None
        self._is_seen = asyncio.Event()
        """Set soon after the screen was first drawn: what is imported then delays it no more."""

    def compose(self) -> ComposeResult:
        yield Static(self._hint(), id="hint", markup=False)
        with Horizontal():
            with Vertical(id="lists"):
                yield FilterInput(placeholder=tr("type to narrow the list"), id="filter")
                yield EntryList()
            with VerticalScroll(id="about"):
                yield Page()
        yield Static(id="foot", markup=False)
        yield Keys(FOOTER)

    def _hint(self) -> str:
        arrows = self.host.look.pick("↑ ↓", "up, down")
        return tr(f"Pick an experiment: {arrows}, enter opens it, / finds, ? help")

    def reword(self) -> None:
        self.query_one("#hint", Static).update(self._hint())
        self.query_one("#filter", Input).placeholder = tr("type to narrow the list")
        self._fill()

    def on_mount(self) -> None:
        self.query_one(EntryList).focus()
        self.call_after_refresh(self.set_timer, DEBOUNCE_S, self._is_seen.set)
        if self.is_current:  # what the command line names is above it already
            self._fill_first()

    def _fill_first(self) -> None:
        """Fill the list for the first time."""
        self._read_presets()
        if not _has_runs(paths.runs_dir(self.host.folders.runs_dir)):
            self._lessons = heads("" if spoken() == SOURCE else spoken())[:FIRST_LESSONS]
        self._fill()

    def on_screen_resume(self) -> None:
        """A preset may have been saved or a run begun meanwhile."""
        if not self._presets:
            self._fill_first()
        elif self._is_seen.is_set() and self._read_presets():
            self._known.clear()
            self._fill()
        self._read_runs()

    def action_filter(self) -> None:
        """Narrow the list to what is typed."""
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    def action_new(self) -> None:
        """Make an experiment of a table of one's own."""
        from tui.screens.table import TableScreen

        self.app.push_screen(TableScreen())

    def action_clear_filter(self) -> None:
        """Show every preset again."""
        field, entries = self.query_one("#filter", Input), self.query_one(EntryList)
        chosen = self._entry(entries.highlighted)
        field.remove_class("-shown")
        with field.prevent(Input.Changed):
            field.value = ""
        self._fill(chosen.key if chosen is not None else "")
        entries.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the best match, and show every preset again."""
        entry = self._entry(self.query_one(EntryList).highlighted)
        if entry is None:
            return
        self.action_clear_filter()
        self._choose(entry)

    def on_filter_input_moved(self, message: FilterInput.Moved) -> None:
        entries = self.query_one(EntryList)
        entries.action_cursor_down() if message.by > 0 else entries.action_cursor_up()

    def on_entry_list_folded(self, message: EntryList.Folded) -> None:
        entry = self._entry(self.query_one(EntryList).highlighted)
        if entry is None:
            return
        if message.away and entry.parent:
            self._opened.discard(entry.parent)
            self._fill(entry.parent)
        elif entry.sibling:
            self._opened ^= {entry.key} if entry.is_open == message.away else set()
            self._fill()
            self._look_at(self._entry(self.query_one(EntryList).highlighted) or entry)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        entry = self._entry(event.option_index)
        if entry is not None:
            self._look_at(entry)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        entry = self._entry(event.option_index)
        if entry is not None:
            self._choose(entry)

    def _entry(self, place: int | None) -> Entry | None:
        """The entry of a line of the list, if it has one."""
        row = self._shown[place] if place is not None and place < len(self._shown) else None
        return row if isinstance(row, Entry) else None

    def _choose(self, entry: Entry) -> None:
        if entry.target is None:
            self.action_new()
        elif isinstance(entry.target, Listing):
            self._open(entry.target)
        elif isinstance(entry.target, Course):
            self.host.action_lessons()
        elif isinstance(entry.target, Head):
            self.app.post_message(LessonChosen(entry.target.name))
        else:
            self.open_run(entry.target.run)

    @work(group=LEADS_ON, exclusive=True, exit_on_error=False)
    async def _open(self, listing: Listing) -> None:
        try:
            experiment = await asyncio.to_thread(_read, listing.path)
        except PerceptuiError as error:
            self.complain(error)
            return
        from tui.messages import PresetChosen

        self.post_message(PresetChosen(listing.name, experiment))

    def _read_presets(self) -> bool:
        """Whether the presets are others than before."""
        found, errors = listings()
        changed = found != self._presets
        self._presets = found
        if changed:
            for error in errors:
                self.complain(error)
        return changed

    @work(group="runs", exclusive=True, exit_on_error=False)
    async def _read_runs(self) -> None:
        await self._is_seen.wait()
        try:
            found = await asyncio.to_thread(self._recent)
        except PerceptuiError as error:
            self.complain(error)
            return
        if found != self._runs:
            self._runs = found
            self._fill()

    def _recent(self) -> list[ListedRun]:
        from engine.runs.known_runs import KnownRuns

        if self._known_runs is None:
            self._known_runs = KnownRuns(paths.runs_dir(self.host.folders.runs_dir))
        return list(self._known_runs.newest_first(RECENT))

    def _fill(self, wanted: str | None = "") -> None:
        """Fill the list with what the filter leaves.

        wanted: the key of the entry for the cursor; empty: the one that has it; None: the first.
        """
        entries = self.query_one(EntryList)
        before = self._entry(entries.highlighted)
        key = before.key if wanted == "" and before is not None else wanted
        words = self.query_one("#filter", Input).value.lower().split()
        lessons = self._lessons if not self._runs else ()
        self._shown = rows(self._presets, self._runs, words, self._opened, lessons)
        folded = [row.key for row in self._shown if isinstance(row, Entry) and row.sibling == key]
        if key and folded and self._place(key) is None:
            self._opened.update(folded)
            self._shown = rows(self._presets, self._runs, words, self._opened, lessons)
        lines = list(options(self._shown, self.host.look))
        entries.clear_options()
        entries.add_options(lines)
        if not lines:
            entries.add_option(Option(tr("nothing is called so: esc shows all"), disabled=True))
            self._shown = [Heading("")]
            return
        place = self._place(key) if key else None
        first = 0 if words else self._place(START) or 1  # 0: a heading
        entries.highlighted = place if place is not None else first

    def _place(self, key: str) -> int | None:
        """The line of an entry, if it is among those that are shown."""
        for place, row in enumerate(self._shown):
            if isinstance(row, Entry) and row.key == key:
                return place
        return None

    def _look_at(self, entry: Entry) -> None:
        """Show what is known at once, and the rest when it is known."""
        first = first_look(entry)
        known = self._known.get(entry.key)
        known = first if known is None else replace(known, hint=first.hint)
        self.workers.cancel_group(self, "look")  # what it learns is of another one
        self._show(known)
        target = entry.target
        if target is None or isinstance(target, Head | Course):
            return
        if known.description is None or known.experiment is None:
            self._learn(entry.key, target, known)

    def topics(self) -> list[Topic]:
        """Everything that the experiment under the cursor is made of."""
        from tui.editing.topics import of_experiment

        experiment = self._seen.experiment if self._seen is not None else None
        return of_experiment(experiment) if experiment is not None else []

    def _show(self, known: About) -> None:
        look = self.host.look
        self._seen = known
        pane = self.query_one("#about", VerticalScroll)
        self.query_one(Page).show(lambda width: about(known, width, look, pane.size.height))
        pane.scroll_home(animate=False)
        title = f"{tr(known.title)}: " if known.title else ""
        self.query_one("#foot", Static).update(
            Text(plain(f"{title}{tr(known.summary)}", look.ascii))
        )

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _learn(self, key: str, target: Listing | ListedRun, known: About) -> None:
        """Read the experiment, then ask the trainer what its data looks like."""
        await self._is_seen.wait()
        await asyncio.sleep(DEBOUNCE_S)
        try:
            if isinstance(target, Listing):
                experiment = await asyncio.to_thread(_read, target.path)
            else:
                experiment = await asyncio.to_thread(target.run.experiment)
        except PerceptuiError as error:
            self._show(replace(known, note=str(error)))
            return
        known = replace(known, experiment=experiment, note=not_here(experiment, self.host))
        self._show(known)
        if known.note:
            return
        description = await looked_at(experiment, self.host)
        if description is None:
            self._show(replace(known, note="The data can't be looked at now."))
            return
        known = replace(known, description=description)
        self._known[key] = known
        self._show(known)


def _has_runs(folder: Path) -> bool:
    """Whether anything was ever trained there."""
    with suppress(OSError):
        return any(True for _ in folder.iterdir())
    return False


def _read(path: Path) -> Experiment:
    from engine.spec.experiment_reader import read_file

    return read_file(path)
