"""The data sets as a place: what each is, whether it is here; fetch, remove, use."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine import paths
from engine.errors import PerceptuiError
from engine.parts.data import DataLocations, Loading
from engine.parts.data.shelf import Shelved, fetch, remove, shelf
from tui.language import tr
from tui.past.own_data import OwnData, own_data
from tui.renderables.data_sets import presence, set_rows, size_text
from tui.renderables.numbers import how_far
from tui.renderables.sanitize import plain
from tui.renderables.table import heading, sentence
from tui.screens.confirm import ConfirmScreen
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.widgets.keys import Keys
from tui.widgets.option_rows import OptionRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.editing.drawn_points import Point

    Place = Shelved | OwnData

FOOTER = ("select", "fetch", "remove", "stop_fetching", "draw", "back")
NAME_WIDTH = 13


class _GivenUp(Exception):
    """The person wants no more of a download."""


class SetList(OptionRows):
    """The list, in which enter uses a set."""

    BINDINGS = [Binding("enter", "select", "Use it", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class DataScreen(AppScreen):
    """Sets to the left, and what there is to say of one to the right."""

    DEFAULT_CSS = """
    DataScreen #hint { height: 1; background: $panel; padding: 0 1; }
    DataScreen SetList {
        width: 36; height: 1fr; border: none; padding: 0; background: $background;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    DataScreen SetList > .option-list--option { padding: 0; }
    DataScreen SetList:focus { border: none; background-tint: $foreground 0%; }
    DataScreen VerticalScroll { padding: 0 1 0 2; scrollbar-size-vertical: 1; }
    DataScreen.-list-only SetList { width: 1fr; }
    DataScreen.-list-only VerticalScroll { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-list-only"), (60, "-both")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("f", "fetch", "Fetch"),
        Binding("delete", "remove", "Remove"),
        Binding("x", "stop_fetching", "Stop fetching"),
        Binding("w", "draw", "Draw points"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._places: list[Place | None] = []
        """What each line of the list is; None: a heading."""
        self._fetching = ""
        """The set that is being downloaded."""
        self._is_given_up = False

    def compose(self) -> ComposeResult:
        yield Static(tr("Data sets: being looked at"), id="hint", markup=False)
        with Horizontal():
            yield SetList()
            with VerticalScroll(can_focus=False):
                yield Page()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self.query_one(SetList).focus()
        self._read()

    def on_unmount(self) -> None:
        self._is_given_up = True

    @property
    def chosen(self) -> Place | None:
        """The set under the cursor."""
        place = self.query_one(SetList).highlighted
        return self._places[place] if place is not None and place < len(self._places) else None

    @property
    def _data_dir(self) -> Path:
        return paths.data_dir(self.host.folders.data_dir)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the set under the cursor offers its key."""
        if not self.is_mounted:
            return True
        chosen = self.chosen
        if action == "fetch":
            return isinstance(chosen, Shelved) and not chosen.is_here and not self._fetching
        if action == "remove":
            return isinstance(chosen, Shelved) and chosen.is_removable and not self._fetching
        if action == "stop_fetching":
            return bool(self._fetching)
        return True

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._choose()

    @work(group="read", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        runs_dir = paths.runs_dir(self.host.folders.runs_dir)
        sets = await asyncio.to_thread(shelf, self._data_dir)
        own = await asyncio.to_thread(own_data, Path(), runs_dir)
        is_first = not self._places
        self._fill(sets, own)
        if is_first:
            self._hint()

    def _hint(self) -> None:
        text = tr("Data sets: enter uses one in the experiment that is open")
        if not self.host.draft.raw:
            text = tr("Data sets: enter begins an experiment with one")
        self._say(text)

    def _say(self, text: str) -> None:
        self.query_one("#hint", Static).update(Text(plain(text, self.host.look.ascii)))

    def _fill(self, sets: Sequence[Shelved], own: Sequence[OwnData]) -> None:
        look, rows = self.host.look, self.query_one(SetList)
        before = rows.highlighted
        groups = (
            (tr("To download"), [one for one in sets if one.download_bytes]),
            (tr("Here"), [one for one in sets if not one.download_bytes]),
            (tr("Your own"), own),
        )
        self._places, lines = [], []
        for title, members in groups:
            if members:
                self._places.append(None)
                lines.append(Option(Text(title, Style(bold=True)), disabled=True))
            for one in members:
                self._places.append(one)
                lines.append(Option(_line(one, ascii_only=look.ascii)))
        rows.clear_options()
        rows.add_options(lines)
        rows.highlighted = 1 if before is None else min(before, len(lines) - 1)
        self._show()

    def _show(self) -> None:
        chosen, look = self.chosen, self.host.look
        self.refresh_bindings()
        if isinstance(chosen, Shelved):
            self.query_one(Page).show(lambda width: set_rows(chosen, width, look))
        elif chosen is not None:
            self.query_one(Page).show(lambda width: _own_rows(chosen, width, look.ascii))

    def _choose(self) -> None:
        """Put the set into the open experiment, which is made to fit; or begin one with it."""
        chosen = self.chosen
        if isinstance(chosen, OwnData) and (not chosen.call or not self.host.draft.raw):
            from tui.screens.table import TableScreen

            self.app.pop_screen()
            self.app.push_screen(TableScreen(chosen.path))
        elif chosen is not None:
            self._use(chosen.call)

    def action_draw(self) -> None:
        """Draw points on a plane, which are the data then."""
        from tui.screens.draw_points import DrawPointsScreen

        name, points = self._drawn_before()
        screen = DrawPointsScreen(name, points)

        def use(_: object) -> None:
            if screen.call:
                self._use(screen.call)

        self.app.push_screen(screen, use)

    def _drawn_before(self) -> tuple[str, Sequence[Point]]:
        """The file of points that the experiment has for its data, and what is in it."""
        from tui.editing import drawn_points

        experiment = self.host.draft.experiment
        files = experiment.data.files() if experiment is not None else ()
        if len(files) != 1 or files[0].absolute().parent != Path.cwd():
            return "", ()
        points = drawn_points.read(files[0])
        return (files[0].stem if points else ""), points

    @work(group="use", exclusive=True, exit_on_error=False)
    async def _use(self, call: str) -> None:
        from engine.doctor.ways_out import begun_with, fitted_to_data
        from engine.spec.difference import changes
        from tui.messages import DataChosen, PresetChosen

        draft = self.host.draft
        if not draft.raw:
            experiment = await asyncio.to_thread(begun_with, call)
            if self.is_current:
                self.app.pop_screen()
                self.app.post_message(PresetChosen(experiment.title, experiment, is_new=True))
            return
        way = await asyncio.to_thread(fitted_to_data, draft.raw, call, Path())
        if way is None:
            self.complain(f"{call}: nothing that is small enough makes this experiment fit it")
            return
        before = draft.experiment
        changed = changes(before, way.experiment) if before is not None else []
        told = [f"{one.place}: {one.before or '-'} → {one.after or '-'}" for one in changed]
        if self.is_current:
            self.app.pop_screen()
            draft.replace_all(way.experiment)
            self.app.post_message(
                DataChosen("\n".join([tr(f"Now with {call}; z takes it back."), *told]))
            )

    def action_fetch(self) -> None:
        """Download the set, on from where it broke off."""
        chosen = self.chosen
        if isinstance(chosen, Shelved):
            self._fetching, self._is_given_up = chosen.name, False
            self.refresh_bindings()
            self._fetch(chosen.name)

    @work(group="fetch", exclusive=True, exit_on_error=False)
    async def _fetch(self, name: str) -> None:
        locations = DataLocations(self._data_dir, self._loading, self._look_around)
        try:
            await asyncio.to_thread(fetch, name, locations)
            said = tr(f"{name} is here")
        except _GivenUp:
            said = tr(f"{name}: what came is kept; f goes on from there")
        except PerceptuiError as error:
            self.complain(error)
            said = tr(f"{name} could not be fetched: f tries again")
        self._fetching = ""
        if self.is_mounted:
            self._read()
            self._say(said)
            self.refresh_bindings()

    def _loading(self, loading: Loading) -> None:
        """Said in the thread that downloads."""
        self._look_around()
        text = tr(f"Fetching {loading.name}: {how_far(loading.done_bytes, loading.total_bytes)}")
        self.app.call_from_thread(self._say, f"{text}; x stops")

    def _look_around(self) -> None:
        if self._is_given_up:
            raise _GivenUp

    def action_stop_fetching(self) -> None:
        """Give a download up; what came is kept."""
        self._is_given_up = True

    def action_remove(self) -> None:
        """Remove a downloaded set, after asking."""
        chosen = self.chosen
        if isinstance(chosen, Shelved) and chosen.is_removable:
            question = tr(f"Remove {chosen.name} from {self._data_dir}? It can be fetched again.")
            name = chosen.name
            self.app.push_screen(
                ConfirmScreen(question, tr("Remove it")), lambda sure: self._remove(name, sure)
            )

    def _remove(self, name: str, sure: bool | None) -> None:
        if not sure:
            return
        try:
            freed = remove(name, self._data_dir)
        except PerceptuiError as error:
            self.complain(error)
            return
        self._read()
        self.tell(f"{size_text(freed)} of {name} removed")

    def action_back(self) -> None:
        """Back to where it was called from; a download is given up, what came is kept."""
        self._is_given_up = True
        super().action_back()


def _line(one: Place, *, ascii_only: bool) -> Text:
    is_own = isinstance(one, OwnData)
    name = one.path.name if isinstance(one, OwnData) else one.name
    line = Text(f"  {plain(name, ascii_only)}", no_wrap=True, overflow="ellipsis")
    line.append(" " * max(2, NAME_WIDTH + 3 - line.cell_len))
    aside = ""
    if isinstance(one, Shelved):
        aside = presence(one)
        if one.download_bytes and not one.is_here and not one.begun_bytes:
            aside += f", {size_text(one.download_bytes)}"
        if not one.download_bytes:
            aside = ""
    elif is_own:
        aside = "pictures" if one.is_folder else size_text(one.size_bytes)
        aside = aside if one.is_here else "gone"
    line.append(aside, Style(dim=True))
    return line


def _own_rows(one: Place, width: int, ascii_only: bool) -> list[Text]:
    from tui.renderables.look import Look

    assert isinstance(one, OwnData), "the others have rows of their own"
    look = Look(ascii=ascii_only)
    rows = [heading(one.path.name, width, look)]
    kind = (
        tr("A folder of pictures.")
        if one.is_folder
        else tr(f"A table, {size_text(one.size_bytes)}.")
    )
    rows += sentence(kind if one.is_here else "It is gone.", width, look, dim=False)
    rows += sentence(f"It lies at {one.path}.", width, look, dim=False)
    if one.used_by:
        rows += sentence(f"Used by {one.used_by}, as {one.call}.", width, look, dim=False)
    else:
        rows += sentence("enter looks at it, and makes an experiment of it.", width, look)
    return rows
