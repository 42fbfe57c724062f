"""A sweep while it runs, and what it came to: table, heat map, boundaries, curves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Resize
from textual.widgets import Input, Static

from engine.errors import PerceptuiError
from tui.language import tr
from tui.messages import PresetChosen
from tui.renderables.numbers import duration
from tui.renderables.progress_bar import progress_bar
from tui.renderables.sanitize import plain
from tui.renderables.shell import shell_line
from tui.renderables.table import sentence
from tui.screens.choice import Answer, ChoiceScreen
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.widgets.keys import Keys
from tui.widgets.sweep import MOST_CURVES, SweepCurves, SweepMap, SweepPictures, SweepTable

if TYPE_CHECKING:  # the app loads its screens before the engine
    from engine.sweeps.directory import SweepDirectory
    from engine.sweeps.results import Row
    from tui.past.sweep_view import SweepView

LOOK_S = 0.5
FOOTER = ("select", "next_view", "sort", "filter", "stop", "go_on", "copy", "export", "back")
VIEWS = ("table", "map", "pictures", "curves")


class SweepScreen(AppScreen):
    """Fills while its sweep runs; leaving it leaves the sweep running."""

    DEFAULT_CSS = """
    SweepScreen #title { height: 1; background: $panel; padding: 0 1; }
    SweepScreen #filter, SweepScreen #filter:focus {
        height: 1; border: none; padding: 0 1; display: none;
    }
    SweepScreen #filter.-shown { display: block; }
    SweepScreen #views { height: 1fr; layout: horizontal; }
    SweepScreen #left { width: 1fr; padding: 0 1; }
    SweepScreen #right { width: 1fr; padding: 0 1; display: none; }
    SweepScreen.-wide #right { display: block; }
    SweepScreen SweepTable { height: 1fr; }
    SweepScreen #left > .-off, SweepScreen #right > .-off { display: none; }
    SweepScreen SweepMap { height: auto; max-height: 60%; margin-bottom: 1; }
    SweepScreen SweepPictures, SweepScreen SweepCurves { height: 1fr; }
    SweepScreen Page { padding: 0 1; max-height: 4; }
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("v", "next_view", "Next view"),
        Binding("o", "sort", "Sort"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("l", "log_scale", "Log scale", show=False),
        Binding("x", "stop", "Stop"),
        Binding("c", "go_on", "Continue"),
        Binding("y", "copy", "Copy the best as command"),
        Binding("X", "export", "Export"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, directory: SweepDirectory) -> None:
        from tui.past.sweep_view import SORTS, SweepReader

        super().__init__()
        self._directory = directory
        self._reader = SweepReader(directory)
        self._sorts: list[str] = list(SORTS)
        self._order = SORTS[0]
        self._seen: SweepView | None = None
        self._shown_view = "table"
        self._second_view = "pictures"
        """What is beside the table below the map, where there is room."""

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Input(placeholder="lr 0.1", id="filter")
        with Container(id="views"):
            with Container(id="left"):
                yield SweepTable()
                yield SweepMap(id="map-left")
                yield SweepPictures(id="pictures-left")
                yield SweepCurves(id="curves-left")
            with Container(id="right"):
                yield SweepMap(id="map-right")
                yield SweepPictures(id="pictures-right")
                yield SweepCurves(id="curves-right")
        yield Page()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self._look)
        self._arrange()
        self.query_one(SweepTable).focus()
        self._look()

    def on_resize(self, event: Resize) -> None:
        self._arrange()
        self.call_after_refresh(self._show)

    @property
    def _is_wide(self) -> bool:
        return self.has_class("-wide")

    def _arrange(self) -> None:
        """Which views are seen: all beside the table where there is room, else one at a time."""
        shown = "table" if self._is_wide else self._shown_view
        self.query_one(SweepTable).set_class(shown != "table", "-off")
        for name in VIEWS[1:]:
            self.query_one(f"#{name}-left").set_class(shown != name, "-off")
        for name in ("pictures", "curves"):
            self.query_one(f"#{name}-right").set_class(self._second_view != name, "-off")

    def action_next_view(self) -> None:
        """Show the next view; beside the table the boundaries or the curves."""
        if self._is_wide:
            self._second_view = "curves" if self._second_view == "pictures" else "pictures"
        else:
            self._shown_view = VIEWS[(VIEWS.index(self._shown_view) + 1) % len(VIEWS)]
        self._arrange()
        self._show()

    def action_sort(self) -> None:
        """Order the table by what comes next: best, worst, number, spread, each axis."""
        self._order = self._sorts[(self._sorts.index(self._order) + 1) % len(self._sorts)]
        self._show()

    def action_filter(self) -> None:
        """List only what has these words: `lr 0.1`, `diverged`."""
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    def on_input_changed(self) -> None:
        self._show()

    def on_input_submitted(self) -> None:
        """The table has the keys again, narrowed."""
        self.query_one(SweepTable).focus()

    def action_back(self) -> None:
        """List all again; where all are listed, go back, and the sweep goes on."""
        field = self.query_one("#filter", Input)
        if field.has_class("-shown"):
            field.remove_class("-shown")
            field.value = ""
            self.query_one(SweepTable).focus()
            return
        if self._seen is not None and self._seen.is_live and self.is_current:
            self.tell("The sweep goes on; R, then S, lists it")
        super().action_back()

    def action_log_scale(self) -> None:
        """Powers of ten equally far apart, or not."""
        for curves in self.query(SweepCurves):
            curves.is_log = not curves.is_log
            curves.remake()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be stopped or gone on with offers its key."""
        if action == "stop":
            return self._seen is not None and self._seen.is_live
        if action == "go_on":
            seen = self._seen
            return seen is not None and not seen.is_live and seen.state != "completed"
        if action in ("copy", "export"):
            return self._seen is not None and self._seen.results.best is not None
        return True

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return {
            "stop": "Nothing of it runs that could be stopped",
            "go_on": "It runs, or nothing is left of it",
            "copy": "No configuration has come to a number yet",
            "export": "No configuration has come to a number yet",
        }.get(action, "")

    @work(group="sweep-act", exclusive=True, exit_on_error=False)
    async def action_stop(self) -> None:
        """Stop the sweep; what is trained is kept."""
        from engine.sweeps.launch import stop

        self.tell("Stopping: what is trained is kept, and c goes on")
        await asyncio.to_thread(stop, self._directory)

    @work(group="sweep-act", exclusive=True, exit_on_error=False)
    async def action_go_on(self) -> None:
        """Go on with a sweep that was stopped."""
        from engine.sweeps.launch import start

        await asyncio.to_thread(start, self._directory)

    def action_copy(self) -> None:
        """Copy the best configuration as one command line, over SSH too."""
        from engine.sweeps.telling import command_words

        seen = self._seen
        if seen is not None and seen.results.best is not None:
            words = command_words(seen.plan, seen.results.best.values)
            self.app.copy_to_clipboard(shell_line(words))
            self.tell("Copied as one command, if the terminal allows it (OSC 52)")

    @work(group="sweep-act", exclusive=True, exit_on_error=False)
    async def action_export(self) -> None:
        """Write every training as a line of CSV."""
        from engine.paths import expanded
        from engine.runs.files import replace_bytes
        from engine.sweeps.export import table_csv
        from tui.screens.save import SaveScreen

        screen = SaveScreen(
            f"{self._directory.name}.csv", title=tr("Write the trainings as"), replaced=_replaced
        )
        name = await self.app.push_screen_wait(screen)
        if name is None:
            return
        text = await asyncio.to_thread(table_csv, self._directory)
        await asyncio.to_thread(replace_bytes, expanded(name), text.encode())
        self.tell(f"Written: {expanded(name)}")

    def on_sweep_table_selected(self) -> None:
        self._open()

    def on_sweep_table_moved(self) -> None:
        self._show_beside()

    @work(group="sweep-open", exclusive=True, exit_on_error=False)
    async def _open(self) -> None:
        """Open the configuration under the cursor as an experiment or as one of its runs."""
        seen, row = self._seen, self.query_one(SweepTable).chosen
        if seen is None or row is None:
            return
        runs = [trial for trial in row.trials if trial.run]
        answers = [Answer("e", tr("the experiment, to be edited and trained"), "")]
        for trial in runs[:8]:
            fold = tr(f", fold {trial.fold}") if trial.fold else ""
            text = tr(f"the run of seed {trial.seed}") + fold
            answers.append(Answer(str(len(answers)), text, trial.run))
        answers.append(Answer("esc", tr("stay here"), "stay"))
        question = tr(f"{seen.title(row)}: what is to be opened?")
        chosen = await self.app.push_screen_wait(ChoiceScreen(question, answers))
        if chosen == "":
            experiment = seen.plan.chosen(row.values)
            self.app.post_message(PresetChosen(seen.plan.name, experiment, is_new=True))
        elif chosen != "stay":
            self.open_run(self._directory.run(chosen))

    @work(group="sweep-look", exit_on_error=False)
    async def _look(self) -> None:
        """Read what is new, unless it is being read."""
        if self._is_reading:
            return
        self._is_reading = True
        try:
            self._seen = await asyncio.to_thread(self._reader.read)
        except PerceptuiError as error:
            self.complain(error)
            return
        finally:
            self._is_reading = False
        axes = [axis.field for axis in self._seen.plan.axes]
        self._sorts[4:] = axes
        self._show()
        self.refresh_bindings()

    _is_reading = False

    def _rows(self) -> list[Row]:
        assert self._seen is not None, "shown once it is read"
        return self._seen.listed(self._order, self.query_one("#filter", Input).value)

    def _show(self) -> None:
        """Show what was read."""
        if self._seen is None:
            return
        hint = tr("The first trainings are under way.")
        if self._seen.results.ranked:
            hint = tr("No configuration is like that: esc lists all again.")
        self.query_one(SweepTable).show(self._seen, self._rows(), hint)
        self._show_title()
        self._show_beside()
        self._say()
        self._read_curves()

    def _show_beside(self) -> None:
        """The views that follow the table's cursor."""
        if self._seen is None:
            return
        chosen = self.query_one(SweepTable).chosen
        for one in self.query(SweepMap):
            one.show(self._seen, chosen)
        for pictures in self.query(SweepPictures):
            pictures.show(self._seen, self._rows(), chosen)

    @work(group="sweep-curves", exclusive=True, exit_on_error=False)
    async def _read_curves(self) -> None:
        seen = self._seen
        if seen is None or not any(curves.size.height for curves in self.query(SweepCurves)):
            return
        found = await asyncio.to_thread(self._reader.curves, self._rows()[:MOST_CURVES])
        for curves in self.query(SweepCurves):
            curves.show(seen, found)

    def _show_title(self) -> None:
        seen, look = self._seen, self.host.look
        assert seen is not None, "shown once it is read"
        total = seen.plan.num_trials
        done = tr(f"{seen.num_done:,} of {total:,} trainings")
        left = seen.standing.left_s
        rest = tr(f"{duration(left)} left") if left is not None else ""
        order = tr(f"sorted by {self._order}")
        share = seen.num_done + sum(one.share for one in seen.standing.running)
        parts = [
            f"{seen.plan.name}: {tr(seen.state)}",
            done,
            tr(seen.standing.doing) or rest,
            order,
        ]
        text = look.pick(" · ", " - ").join(filter(None, parts))
        title = Text(plain(text, look.ascii))
        room = self.size.width - title.cell_len - 4
        if seen.is_live and room >= 10:
            title.append("  ").append_text(progress_bar(share / total, min(room, 24), look))
        self.query_one("#title", Static).update(title)

    def _say(self) -> None:
        """What can be said of it until now."""
        from engine.sweeps.telling import sentences
        from tui.past.sweep_lines import score_text

        seen, look = self._seen, self.host.look
        assert seen is not None, "shown once it is read"
        told = sentences(seen.results) if seen.results.ranked else []
        if seen.complaint:
            told.insert(0, seen.complaint)
        if seen.winner is not None and seen.winner.test:
            scores = (score_text(n, *value, look) for n, value in seen.winner.test.items())
            told.append(tr(f"Test split, looked at for the winner only: {', '.join(scores)}."))
        text = " ".join(map(tr, told))
        self.query_one(Page).show(lambda width: sentence(text, width, look, dim=False))


def _replaced(name: str) -> str:
    from engine.paths import expanded

    return tr(f"{expanded(name)} is there already. Replace it?") if expanded(name).exists() else ""
