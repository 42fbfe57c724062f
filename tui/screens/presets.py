"""The first screen: every experiment there is, and what the one under the cursor is about."""

from __future__ import annotations

import asyncio
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
from engine.spec.presets import Listing, listings
from tui.renderables.sanitize import plain
from tui.screens.about import About, about, is_downloaded_first
from tui.screens.host import BenchScreen
from tui.screens.page import Page
from tui.screens.preset_entries import first_look, key_of, matching, options
from tui.terminal.turns import LEADS_ON
from tui.widgets.keys import Keys
from tui.widgets.option_rows import OptionRows

if TYPE_CHECKING:  # this screen is there before the engine is loaded
    from engine.runs.known_runs import KnownRuns, ListedRun
    from engine.spec.experiment import Experiment
    from tui.screens.preset_entries import Entry

FOOTER = ("select", "filter", "new", "runs")
RECENT = 6
"""Past runs in the list; all of them are on the runs screen."""
DEBOUNCE_S = 0.1
"""The cursor rests so long before its data is asked for."""
WAIT_S = 0.25
"""Between two looks whether the trainer can be asked."""


class EntryList(OptionRows):
    """The list, in which enter opens."""

    BINDINGS = [Binding("enter", "select", "Open", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class PresetsScreen(BenchScreen):
    """Presets by group, own ones and recent runs; beside them what they teach."""

    DEFAULT_CSS = """
    PresetsScreen #hint { height: 1; background: $panel; padding: 0 1; }
    PresetsScreen #lists { width: 27; }
    PresetsScreen #filter { height: 1; border: none; padding: 0 1; display: none; }
    PresetsScreen #filter:focus { border: none; }
    PresetsScreen #filter.-shown { display: block; }
    PresetsScreen EntryList {
        height: 1fr; border: none; padding: 0; background: $background;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: clip;
    }
    PresetsScreen EntryList > .option-list--option { padding: 0; }
    PresetsScreen EntryList:focus { border: none; background-tint: $foreground 0%; }
    PresetsScreen #about { padding: 0 1 0 2; scrollbar-size-vertical: 1; }
    PresetsScreen #about:focus { background-tint: $foreground 4%; }
    PresetsScreen #foot { height: 3; padding: 0 1; color: $text-muted; display: none; }
    PresetsScreen.-roomy #lists { width: 32; }
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
        self._known_runs: KnownRuns | None = None
        self._shown: list[Entry | None] = []
        """What each line of the list is; None: a heading."""
        self._known: dict[str, About] = {}
        self._is_seen = asyncio.Event()
        """Set soon after the screen was first drawn: what is imported then delays it no more."""

    def compose(self) -> ComposeResult:
        arrows = self.host.look.pick("↑ ↓", "up, down")
        hint = f"Pick an experiment: {arrows}, enter opens it, / finds, ? help"
        yield Static(hint, id="hint", markup=False)
        with Horizontal():
            with Vertical(id="lists"):
                yield Input(placeholder="type to narrow the list", id="filter")
                yield EntryList()
            with VerticalScroll(id="about"):
                yield Page()
        yield Static(id="foot", markup=False)
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self._read_presets()
        self._fill()
        self.query_one(EntryList).focus()
        self.call_after_refresh(self.set_timer, DEBOUNCE_S, self._is_seen.set)

    def on_screen_resume(self) -> None:
        """A preset may have been saved or a run begun meanwhile."""
        if self._is_seen.is_set() and self._read_presets():
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
        field = self.query_one("#filter", Input)
        field.remove_class("-shown")
        field.value = ""
        self.query_one(EntryList).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one(EntryList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        entry = self._shown[event.option_index] if event.option_index < len(self._shown) else None
        if entry is not None:
            self._look_at(entry)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        entry = self._shown[event.option_index]
        if isinstance(entry, Listing):
            self._open(entry)
        elif entry is not None:
            self.open_run(entry.run)

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

    def _fill(self) -> None:
        """Fill the list with what the filter leaves, keeping the cursor on its entry."""
        entries = self.query_one(EntryList)
        before = self._shown[entries.highlighted] if entries.highlighted is not None else None
        words = self.query_one("#filter", Input).value.lower().split()
        self._shown = matching(self._presets, self._runs, words)
        lines = list(options(self._shown, self.host.look))
        entries.clear_options()
        entries.add_options(lines)
        if not lines:
            entries.add_option(Option("nothing is called so: esc shows all", disabled=True))
            self._shown = [None]
            return
        same = [
            index
            for index, one in enumerate(self._shown)
            if one is not None and before is not None and key_of(one) == key_of(before)
        ]
        entries.highlighted = same[0] if same else 1

    def _look_at(self, entry: Entry) -> None:
        """Show what is known at once, and the rest when it is known."""
        known = self._known.get(key_of(entry)) or first_look(entry)
        self._show(known)
        if known.description is None or known.experiment is None:
            self._learn(entry, known)

    def _show(self, known: About) -> None:
        look = self.host.look
        self.query_one(Page).show(lambda width: about(known, width, look))
        self.query_one("#about", VerticalScroll).scroll_home(animate=False)
        title = f"{known.title}: " if known.title else ""
        self.query_one("#foot", Static).update(Text(plain(f"{title}{known.summary}", look.ascii)))

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _learn(self, entry: Entry, known: About) -> None:
        """Read the experiment, then ask the trainer what its data looks like."""
        await self._is_seen.wait()
        await asyncio.sleep(DEBOUNCE_S)
        try:
            if isinstance(entry, Listing):
                experiment = await asyncio.to_thread(_read, entry.path)
            else:
                experiment = await asyncio.to_thread(entry.run.experiment)
        except PerceptuiError as error:
            self._show(replace(known, note=str(error)))
            return
        known = replace(known, experiment=experiment)
        data_dir = paths.data_dir(self.host.folders.data_dir)
        if is_downloaded_first(experiment.data, data_dir):
            note = f"The data is not here yet: training it downloads it to {data_dir}."
            self._show(replace(known, note=note))
            return
        self._show(known)
        controller = self.host.controller
        while controller.snapshot.phase in ("starting", "preparing"):
            await asyncio.sleep(WAIT_S)
        description = await controller.describe(experiment)
        if description is None:
            self._show(replace(known, note="The data can't be looked at now."))
            return
        known = replace(known, description=description)
        self._known[key_of(entry)] = known
        self._show(known)


def _read(path: Path) -> Experiment:
    from engine.spec.experiment_reader import read_file

    return read_file(path)
