"""The workbench: the experiment on the left, the network in the middle, its losses and scores."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container

from engine.computer import Computer
from engine.parts.data import Data
from tui.editing import topics
from tui.editing.topics import Topic
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables.computer import computer_line
from tui.screens.edits import EditsScreen
from tui.widgets.editor import Editor
from tui.widgets.keys import Keys
from tui.widgets.lesson import StepLine
from tui.widgets.notes import DoctorNote, Notice, Verdict
from tui.widgets.pane import COLUMNS, LESSON, PaneColumn, PaneFrame, Tabs
from tui.widgets.picture import PictureView
from tui.widgets.snapshot_view import SnapshotView
from tui.widgets.status import FactsLine, LossLine, StatusLine
from tui.widgets.time_slider import TimeSlider

COMPUTER_S = 2.0
"""Between two looks at how busy the computer is."""
CHANGED = "changed: space trains this"
FOOTER = (
    *("recover", "run_or_pause", "sampling(-1)", "switch", "step_up", "repair", "predict", "code"),
    *("save", "runs"),
    *("step_batch", "step_epoch", "reset", "edit", "add_layer", "explain", "back"),
    *("remove_layer", "undo", "redo"),
)
"""Actions in the order of their use: what has no room is in the help."""


class WorkbenchScreen(EditsScreen):
    """Edit, train, see."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("d", "doctor", "What the doctor finds", show=False),
        Binding("p", "predict", "Predict"),
        Binding("c", "code", "Code"),
        Binding("X", "export", "Export", show=False),
        Binding("E", "evaluate", "Is it good?", show=False),
        Binding("S", "sweep", "Train it many times", show=False),
        Binding("i", "computer", "This computer", show=False),
        Binding("escape", "back", "Presets"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._has_diverged = False
        self._computer = Computer()
        self._described: type[Data] | None = None
        """The kind of data that is drawn."""

    def compose(self) -> ComposeResult:
        # Before anything is styled: a class that comes later has all of it drawn anew.
        self.set_class(self.play is not None, "-lesson")
        self.set_class(self.pane == LESSON, "-at-lesson")
        yield StatusLine(id="status")
        yield FactsLine(id="facts")
        yield LossLine(id="losses")
        yield Tabs(id="tabs")
        with Container(id="panes"):
            yield from map(PaneColumn, COLUMNS)
        yield TimeSlider()
        yield Verdict()
        yield Notice()
        yield StepLine()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self._is_built = True
        self.set_interval(COMPUTER_S, self._read_computer)
        self.show_draft()
        self.show_lesson()
        self.watch_pane()

    def show(self, snapshot: Snapshot) -> None:
        """Show what is known of the training of what is open."""
        if not self._is_built:
            return
        for view in self.query(SnapshotView):
            view.snapshot = snapshot
        self.offer_keys(snapshot)
        self.show_inside(snapshot)
        self.query_one(Notice).tell(snapshot)
        self.query_one(DoctorNote).hear(snapshot)
        self.query_one(Verdict).tell(snapshot)
        how = self.going_on()
        text = tr("Pause") if snapshot.phase == "running" else how.text if how else ""
        self.query_one(Keys).run_text = text
        if self.play is not None:
            self.show_lesson()
        self._title(snapshot)
        if self._has_diverged != (snapshot.diverged is not None):
            self._has_diverged = not self._has_diverged
            self.refresh_bindings()

    def show_draft(self) -> None:
        """Show the edited experiment."""
        if self._is_built:
            draft = self.host.draft
            self.query_one(Editor).show_draft()
            self.query_one(DoctorNote).examine()
            self.host.learning.edited(draft.experiment, draft.findings())
            self.refresh_bindings()
            self.host.show_training()
            self.on_data_described()
            self._give_room()

    def on_data_described(self) -> None:
        """Draw the data until there is more to see."""
        draft, picture = self.host.draft, self.query_one(PictureView)
        known = draft.examiner.known(draft.experiment)
        data = draft.experiment.data if draft.experiment is not None else None
        kind = None if data is None or data.is_own else type(data)
        # What is moved step by step is seen until it was looked at again.
        if known is not None or kind is None or kind is not self._described:
            picture.description, self._described = known, kind
        self.offer_keys(self._seen())
        self.title_inside()
        self._give_room()

    def on_doctor_note_told(self, message: DoctorNote.Told) -> None:
        self.query_one(LossLine).word = message.word

    def show_lesson(self) -> None:
        """Show the lesson as it is now, or that there is none."""
        if not self._is_built:
            return
        super().show_lesson()
        if self.play is None and self.pane == LESSON:
            self.pane = "experiment"
        frame = self.query_one(f"#{LESSON}", PaneFrame)
        frame.show_title(self.lesson_title())
        frame.show_keys(self.lesson_keys())
        self._draw_tabs()

    def reword(self) -> None:
        super().reword()
        self._title(self.shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be gone back from offers its key; on switches space is theirs."""
        if action == "run_or_pause" and self._is_built:
            editor = self.query_one(Editor)
            return not (editor.has_focus and editor.item.is_switches)
        if action == "recover":
            return self.shown.diverged is not None
        return super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        if action == "recover":
            return "Nothing has diverged: g goes on from before a divergence"
        return super().why_not(action)

    def topics(self) -> list[Topic]:
        """The line under the cursor, what is drawn, measured and found, as far as it is seen."""
        draft, snapshot = self.host.draft, self.shown
        drawn = [view.figure for view in self.query(SnapshotView) if view.region.area]
        rest = [
            *topics.of_figures(filter(None, drawn), draft.experiment),
            *topics.of_metrics(snapshot),
            *topics.of_findings(draft, snapshot.findings),
        ]
        if self.shows_all or self.pane == "experiment":
            return [*topics.of_line(draft, self.query_one(Editor).item), *rest]
        return rest

    def action_doctor(self) -> None:
        """List what the doctor finds in the experiment and in its training."""
        from tui.screens.doctor import DoctorScreen

        self.app.push_screen(DoctorScreen())

    def action_computer(self) -> None:
        """Show how busy this computer is, and where the time of a step goes."""
        from tui.screens.computer import ComputerScreen

        self.app.push_screen(ComputerScreen())

    def action_code(self) -> None:
        """Show the experiment as a plain PyTorch script."""
        from tui.screens.code import CodeScreen

        self.app.push_screen(CodeScreen())

    def action_predict(self) -> None:
        """Predict new samples with the network as it is."""
        from tui.screens.draw import DrawScreen, drawable
        from tui.screens.predict import PredictScreen
        from tui.screens.write import WriteScreen, writes

        if writes(self.shown):
            self.app.push_screen(WriteScreen())
            return
        facts = drawable(self.shown)
        self.app.push_screen(PredictScreen() if facts is None else DrawScreen(facts))

    def action_export(self) -> None:
        """Write the weights, the network or the curve for other programs."""
        from engine.runs.run import Run
        from tui.screens.export import ExportScreen

        shown = self.shown
        if shown.run is None:
            self.complain("Nothing is trained yet: space trains, c shows the script")
        else:
            self.app.push_screen(ExportScreen(Run(shown.run), self.host.draft.name or "network"))

    def action_evaluate(self) -> None:
        """Judge what is trained: is it good, how sure is that, where does it fail."""
        from engine.runs.run import Run
        from tui.screens.evaluate import EvaluateScreen

        shown = self.shown
        if shown.run is None:
            self.complain("Nothing is trained yet: space trains")
        else:
            name = self.host.draft.name or "the network"
            self.app.push_screen(EvaluateScreen(Run(shown.run), name))

    @work(group="sweep", exclusive=True, exit_on_error=False)
    async def action_sweep(self) -> None:
        """Propose axes, and train the experiment over them, in processes of their own."""
        experiment = self._valid()
        if experiment is None:
            return
        from engine.sweeps.directory import SweepDirectory
        from tui.screens.sweep import SweepScreen
        from tui.screens.sweep_form import SweepForm

        begun = await self.app.push_screen_wait(SweepForm(self.host.draft.name, experiment))
        if begun is not None:
            self.app.push_screen(SweepScreen(SweepDirectory(Path(begun))))

    def on_status_line_opened(self, message: StatusLine.Opened) -> None:
        self.action_computer()

    @work(group="computer", exclusive=True, exit_on_error=False)
    async def _read_computer(self) -> None:
        """Tell the status line how busy the computer is, while it is seen."""
        if self.is_current:
            reading = await asyncio.to_thread(self._computer.read)
            self.query_one(StatusLine).computer = computer_line(reading)
            self.query_one(FactsLine).computer = computer_line(reading)

    def about_to_train(self) -> None:
        """What happens now is seen in the picture.

        Where all panes are seen, keys go on acting where they did; where one has the room, a
        lesson's step stands in two lines below.
        """
        self.host.draft.end_steps()
        is_seen = self._is_built and self.query_one(PictureView).size.area > 0
        if self.pane in ("experiment", LESSON) and not is_seen:
            self.pane = "picture"

    def action_back(self) -> None:
        """Back to now, to all panes, then to the presets; a training goes on."""
        if self.comes_back():
            return
        if self.zoomed:
            self.zoomed = False
        elif self.is_current:  # a second key may arrive while it closes
            self.app.pop_screen()

    def _title(self, snapshot: Snapshot) -> None:
        draft = self.host.draft
        self.title_curve(snapshot)
        note = ""
        if snapshot.past is not None:
            note = tr(f"the past: step {snapshot.past.step:,}, space is now")
        elif self.trains_another():
            note = tr("another is training: space asks")
        elif snapshot.experiment is not None and draft.differs_from(snapshot.experiment):
            note = tr("changed: r begins this") if snapshot.is_live else tr(CHANGED)
        elif snapshot.is_over and self._is_another_rate(snapshot):
            note = tr(CHANGED)
        status = self.query_one(StatusLine)
        status.note = note
        opened = draft.experiment
        status.title = tr(opened.summary or opened.title) if opened is not None else ""
        self.title_inside()

    def _is_another_rate(self, snapshot: Snapshot) -> bool:
        """Whether the learning rate is another, which changes a live training at once."""
        edited, trained = self.host.draft.experiment, snapshot.experiment
        return (
            edited is not None
            and trained is not None
            and (edited.without_prose() != trained.without_prose())
        )
