"""The workbench: the experiment on the left, the network in the middle, its losses and scores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import DescendantFocus, Paste, Resize
from textual.reactive import reactive

from engine.computer import Computer
from engine.doctor.ways_out import Way
from engine.errors import PerceptuiError
from engine.parts.data import Data
from engine.parts.metrics import METRICS
from engine.service import protocol as p
from engine.spec.difference import changes
from tui.editing import topics
from tui.editing.topics import Topic
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.measured import shown_title
from tui.messages import DraftChanged
from tui.network_plan import Side, planned_shapes, room_for_network
from tui.renderables.computer import computer_line
from tui.screens.lesson import LessonScreen
from tui.widgets.editor import NOTHING_DONE, NOTHING_UNDONE, Editor
from tui.widgets.keys import Keys
from tui.widgets.lesson import StepLine
from tui.widgets.network import NetworkView
from tui.widgets.notes import DoctorNote, Notice, Verdict, repaired_text
from tui.widgets.pane import COLUMNS, LESSON, PaneColumn, PaneFrame, Tabs, bindings, names
from tui.widgets.picture import SEQUENCE, WRITTEN, PictureView
from tui.widgets.snapshot_view import SnapshotView
from tui.widgets.status import FactsLine, LossLine, StatusLine
from tui.widgets.time_slider import TimeSlider
from tui.widgets.training import LossCurve, Scores
from tui.widgets.unit import UnitView

MOST_SMOOTHING = 64
COMPUTER_S = 2.0
"""Between two looks at how busy the computer is."""
CHANGED = "changed: space trains this"
VAST = 160
"""Columns from which on those beside the middle are wider."""
REST_S = 0.05
"""A size rests so long before a picture is drawn for it: a window that is dragged has many."""
FOOTER = (
    *("recover", "run_or_pause", "switch", "step_up", "repair", "predict", "code", "save", "runs"),
    *("step_batch", "step_epoch", "reset", "edit", "add_layer", "explain", "back"),
    *("remove_layer", "undo", "redo"),
)
"""Actions in the order of their use: what has no room is in the help."""


class WorkbenchScreen(LessonScreen):
    """Edit, train, see. Wide: everything at once; narrow: one pane at a time."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("f", "repair", "Repair"),
        Binding("F", "fit", "Fit to data", show=False),
        Binding("d", "doctor", "What the doctor finds", show=False),
        Binding("p", "predict", "Predict"),
        Binding("c", "code", "Code"),
        Binding("s", "save", "Save", show=False),
        Binding("X", "export", "Export", show=False),
        Binding("E", "evaluate", "Is it good?", show=False),
        Binding("S", "sweep", "Train it many times", show=False),
        Binding("z", "undo", "Undo", show=False),
        Binding("ctrl+y", "redo", "Redo", show=False),
        Binding("e", "edit_text", "Edit as text in $EDITOR", show=False),
        Binding("y", "share", "Copy as command", show=False),
        Binding("i", "computer", "This computer", show=False),
        Binding("l", "log_scale", "Log scale", show=False),
        Binding("b", "discrete", "Discrete boundary", show=False),
        Binding("t", "test_points", "Test points", show=False),
        Binding("o", "by_sample", "One sample after the other", show=False),
        Binding("M", "matrix", "Confusion matrix", show=False),
        Binding("V", "next_curve", "Curve of the next metric", show=False),
        Binding("left_square_bracket", "smooth(-1)", "Less smoothing", show=False),
        Binding("right_square_bracket", "smooth(1)", "More smoothing", show=False),
        *bindings(),
        Binding("Z", "zoom", "Zoom the pane, and back", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
        Binding("escape", "back", "Presets"),
    ]
    AUTO_FOCUS = ""
    pane: reactive[str] = reactive("experiment")
    """The pane that has the focus: the one that is seen when there is room for one only."""
    zoomed: reactive[bool] = reactive(False)
    """Whether it has the whole screen, though there is room for all."""

    def __init__(self) -> None:
        super().__init__()
        self._is_built = False
        self._has_diverged = False
        self._computer = Computer()
        self._described: type[Data] | None = None
        """The kind of data that is drawn."""
        self._middle = "picture"
        """Which pane has the middle where there is room for one of them only."""
        self._rejected = ""
        """What an editor left, and could not be read."""

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

    async def on_draft_changed(self, message: DraftChanged) -> None:
        """A new learning rate applies at once; whatever else waits for a reset."""
        self.show_draft()
        shown = self.shown
        if shown.experiment is not None and shown.is_live:
            factor = self.host.draft.learning_rate_factor(shown.experiment)
            if factor is not None and factor != shown.factor:
                await self.host.controller.do(p.SetLearningRate(factor=factor))

    @property
    def shows_all(self) -> bool:
        """Whether all panes are seen at once."""
        return self.has_class("-wide") and not self.zoomed

    def on_resize(self, event: Resize) -> None:
        self.set_class(self.size.width >= VAST, "-vast")
        self._draw_tabs()
        self._give_room()
        self.call_after_refresh(self._settle)

    def watch_pane(self) -> None:
        if not self._is_built:
            return
        if self.pane in ("network", "picture"):
            self._middle = self.pane
        self._give_room()
        self.set_class(self.pane == LESSON, "-at-lesson")
        for column in self.query(PaneColumn):
            column.choose(self.pane)
        self._draw_tabs()
        self._focus()
        self.call_after_refresh(self._settle)

    def watch_zoomed(self) -> None:
        self.set_class(self.zoomed, "-zoomed")
        self._give_room()
        self.call_after_refresh(self._settle)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click into a pane leads to it."""
        for frame in event.widget.ancestors:
            if isinstance(frame, PaneFrame):
                self.pane = frame.pane.name

    def action_zoom(self) -> None:
        """Give the pane that has the focus the whole screen, or all of them their own again."""
        if self.has_class("-wide") or self.zoomed:
            self.zoomed = not self.zoomed
        else:
            self.tell("The pane has the whole screen already: digits lead to the others")

    def _give_room(self) -> None:
        """Where all panes are seen: the network only where it is asked for, or has room."""
        side = self._side_of_network()
        shows_network = side is not None or self._middle == "network"
        off = {
            "network": not shows_network,
            "picture": side is None and shows_network,
            "unit": not shows_network and self.pane != "unit",
        }
        for name, is_off in off.items():
            self.query_one(f"#{name}", PaneFrame).set_class(is_off and self.shows_all, "-off")

    def _side_of_network(self) -> Side | None:
        """Where the network is drawn of the picture, if both have room."""
        experiment = self.host.draft.experiment
        column = self.query_one("#picture", PaneFrame).parent
        if not self.shows_all or experiment is None or not isinstance(column, PaneColumn):
            return None
        description = self.host.draft.examiner.known(experiment)
        facts = description.known_facts() if description is not None else None
        width, height = column.size
        if not height:
            return None
        side = room_for_network(planned_shapes(experiment, facts), width, height)
        column.set_class(side == "beside", "-beside")
        return side

    def on_network_view_numbers(self, message: NetworkView.Numbers) -> None:
        self.pane = "unit"

    def on_doctor_note_told(self, message: DoctorNote.Told) -> None:
        self.query_one(LossLine).word = message.word

    def reword(self) -> None:
        for frame in self.query(PaneFrame):
            frame.reword()
        self._title(self.shown)
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        if self._is_built:
            self.query_one(Tabs).show(self.pane, self.size.width, self._panes)

    def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        self.action_pane(message.name)

    @property
    def _panes(self) -> Sequence[str]:
        """The panes that there are."""
        return names(with_lesson=self.play is not None)

    def action_pane(self, name: str) -> None:
        """Show a pane; where all are seen, go to it. Without a lesson its key lists them."""
        if name == LESSON and self.play is None:
            self.host.action_lessons()
        else:
            self.pane = name

    def action_next_pane(self, by: int) -> None:
        """Show the next pane; where all are seen, the focus goes on."""
        panes = self._panes
        self.action_pane(panes[(panes.index(self.pane) + by) % len(panes)])

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

    def action_repair(self) -> None:
        """Repair what the doctor says first and can repair, then what is found, until none is left.

        Or choose what makes it fit its data. Undo takes each back.
        """
        note = self.query_one(DoctorNote)
        if note.ways:
            self._fix(note.ways)
            return
        finding, draft = note.repairable, self.host.draft
        if finding is None or finding.repaired is None:
            return
        draft.replace_all(finding.repaired)
        done = [finding, *draft.repairs()]
        for one in done[1:]:
            assert one.repaired is not None, "it is a repair"
            draft.replace_all(one.repaired)
        self.tell(repaired_text(done))
        self.post_message(DraftChanged())

    def takes_back(self) -> bool:
        """Undo the last edit, and say where there is none: a shell would come as a surprise.

        In the network the last touch is taken back, as z does there.
        """
        if self.pane in ("network", "unit"):
            self.take_touch_back()
        else:
            self.action_undo()
        return True

    def action_undo(self) -> None:
        """Undo the last edit, also where the experiment is not seen."""
        if self.host.draft.can_undo():
            self.query_one(Editor).action_undo()
            self._tell_unseen("Taken back")
        else:
            self.tell(NOTHING_DONE)

    def action_redo(self) -> None:
        """Redo what was taken back, also where the experiment is not seen."""
        if self.host.draft.can_redo():
            self.query_one(Editor).action_redo()
            self._tell_unseen("Made again")
        else:
            self.tell(NOTHING_UNDONE)

    def _tell_unseen(self, done: str) -> None:
        if not self.query_one(Editor).has_focus:
            self.tell(f"{done}; 1 shows the experiment")

    @work(group="fix", exclusive=True, exit_on_error=False)
    async def _fix(self, ways: tuple[Way, ...]) -> None:
        """Ask which of the ways out to take."""
        from tui.screens.fix import FixScreen

        draft = self.host.draft
        way = await self.app.push_screen_wait(FixScreen(str(draft.problems[0]), ways))
        if way is not None:
            draft.replace_all(way.experiment)
            self.tell(f"Done: {way.text}. z takes it back")
            self.post_message(DraftChanged())

    @work(group="fit", exclusive=True, exit_on_error=False)
    async def action_fit(self) -> None:
        """Let everything follow from the table and its target; undo takes it back."""
        from engine.doctor.fitting import fitted_to

        draft = self.host.draft
        call = str(draft.raw.get("data", ""))
        try:
            found = await asyncio.to_thread(fitted_to, call)
        except PerceptuiError as error:
            self.complain(error)
            return
        before = draft.experiment
        draft.begin(found.experiment.title, found.experiment)
        changed = changes(before, found.experiment) if before is not None else []
        lines = [f"{one.place}: {one.after}" for one in changed] or [tr("nothing to change")]
        self.tell("\n".join(["Fitted to the data; z takes it back.", *lines]))
        self.post_message(DraftChanged())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be repaired, undone or gone back from offers its key."""
        if action == "undo":
            return self.host.draft.can_undo() or None
        if action == "redo":
            return self.host.draft.can_redo() or None
        if action == "run_or_pause" and self._is_built:
            editor = self.query_one(Editor)  # on switches the same key is theirs
            return not (editor.has_focus and editor.item.is_switches)
        if action == "recover":
            return self.shown.diverged is not None
        if action == "repair" and self._is_built:
            note = self.query_one(DoctorNote)
            return bool(note.ways) or note.repairable is not None
        return True

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return {
            "recover": "Nothing has diverged: g goes on from before a divergence",
            "repair": "The doctor has nothing to repair here",
            "undo": NOTHING_DONE,
            "redo": NOTHING_UNDONE,
        }.get(action, "")

    def on_data_described(self) -> None:
        """Draw the data until there is more to see."""
        draft, picture = self.host.draft, self.query_one(PictureView)
        known = draft.examiner.known(draft.experiment)
        data = draft.experiment.data if draft.experiment is not None else None
        kind = None if data is None or data.is_own else type(data)
        # What is moved step by step is seen until it was looked at again.
        if known is not None or kind is None or kind is not self._described:
            picture.description, self._described = known, kind
        self._give_room()

    def action_by_sample(self) -> None:
        """Show every sample in turn, with labels and lines, or the whole picture again."""
        picture = self.query_one(PictureView)
        picture.by_sample = not picture.by_sample
        if not self.shows_all:
            self.pane = "picture"

    def action_log_scale(self) -> None:
        """Show the losses on a logarithmic scale, or not."""
        curve = self.query_one(LossCurve)
        curve.log_scale = not curve.log_scale

    def action_next_curve(self) -> None:
        """Show the curves of the next metric that reports tell."""
        curve, names = self.query_one(LossCurve), [*self.shown.curves]
        if curve.metric in names:
            curve.metric = names[(names.index(curve.metric) + 1) % len(names)]
            self._title(self.shown)

    def action_smooth(self, direction: int) -> None:
        """Smooth the loss curve more or less."""
        curve = self.query_one(LossCurve)
        wider = max(1, curve.smoothing * 2) if direction > 0 else curve.smoothing // 2
        curve.smoothing = min(MOST_SMOOTHING, wider)

    def action_discrete(self) -> None:
        """Show the boundary by class only, or with confidence."""
        picture = self.query_one(PictureView)
        picture.discrete = not picture.discrete

    def action_test_points(self) -> None:
        """Show the test split's points, or not."""
        picture = self.query_one(PictureView)
        picture.test_points = not picture.test_points

    def action_matrix(self) -> None:
        """Show the confusion matrix before the classes' scores, or behind them."""
        scores = self.query_one(Scores)
        is_seen = self.shows_all or self.pane == "scores"
        scores.matrix = not scores.matrix or not is_seen
        if not is_seen:
            self.pane = "scores"

    def action_doctor(self) -> None:
        """List what the doctor finds in the experiment and in its training."""
        from tui.screens.doctor import DoctorScreen

        self.app.push_screen(DoctorScreen())

    def action_computer(self) -> None:
        """Show how busy this computer is, and where the time of a step goes."""
        from tui.screens.computer import ComputerScreen

        self.app.push_screen(ComputerScreen())

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

    def on_status_line_opened(self, message: StatusLine.Opened) -> None:
        self.action_computer()

    def on_snapshot_view_picked(self, message: SnapshotView.Picked) -> None:
        self.action_zoom()

    @work(group="computer", exclusive=True, exit_on_error=False)
    async def _read_computer(self) -> None:
        """Tell the status line how busy the computer is, while it is seen."""
        if self.is_current:
            reading = await asyncio.to_thread(self._computer.read)
            self.query_one(StatusLine).computer = computer_line(reading)
            self.query_one(FactsLine).computer = computer_line(reading)

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

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Save the experiment as a preset of one's own."""
        from tui.screens.keeping import draft_saved

        if await draft_saved(self):
            self.show_draft()

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

    def action_edit_text(self) -> None:
        """Open the experiment in the person's editor, and read what is left of it."""
        from tui.terminal.outside import edited

        draft = self.host.draft
        before = self._rejected or draft.text()
        self._rejected = ""
        try:
            after = edited(before, "experiment.toml", self.host.run_outside)
        except PerceptuiError as error:
            self.complain(error)
            return
        try:
            draft.take_text(after)
        except PerceptuiError as error:
            self._rejected = after
            self.complain(f"{error}. e opens your text again")
            return
        self.post_message(DraftChanged())

    def on_paste(self, event: Paste) -> None:
        """Take a program, layers, or what somebody shared, in the place of what is there."""
        from tui.editing.pasted import take_pasted

        event.stop()
        if not event.text.strip():
            return
        draft = self.host.draft
        try:
            what = take_pasted(draft, event.text)
        except PerceptuiError as error:
            self.complain(error)
            return
        self.tell(". ".join(filter(None, (f"Pasted: {what}; z takes it back", draft.remark))))
        self.post_message(DraftChanged())

    def action_share(self) -> None:
        """Copy the experiment as one command line, over SSH too."""
        if self._valid() is not None:
            self.app.copy_to_clipboard(self.host.draft.command_line())
            self.tell("Copied as one command, if the terminal allows it (OSC 52)")

    def action_back(self) -> None:
        """Back to now, to all panes, then to the presets; a training goes on."""
        if self.comes_back():
            return
        if self.zoomed:
            self.zoomed = False
        elif self.is_current:  # a second key may arrive while it closes
            self.app.pop_screen()

    def about_to_train(self) -> None:
        """What happens now is seen in the picture.

        A lesson's text stays where all panes are seen; where one has the room, its step stands in
        two lines below.
        """
        self.host.draft.end_steps()
        if self.pane == "experiment" or (self.pane == LESSON and not self.shows_all):
            self.pane = "picture"

    def grid(self) -> tuple[int, int]:
        """Columns and rows of the boundary that there is room for."""
        return self.query_one(PictureView).grid()

    def on_screen_resume(self) -> None:
        if self._is_built:
            self._focus()  # at once: keys may follow already
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Take the layout as it is now."""
        # Columns have their widths by now, and the screen the class of its own.
        self.query_one(StatusLine).facts = self.has_class("-wide")
        self._give_room()
        self._focus()
        self._tell_grid()
        self.show_inside(self._seen())

    def _focus(self) -> None:
        """Keys act on the pane that is chosen."""
        self.set_focus(self.query_one(f"#{self.pane}", PaneFrame).view)

    def on_picture_view_resized(self, message: PictureView.Resized) -> None:
        """Also where another line has come or gone."""
        self._tell_grid()

    @work(group="grid", exclusive=True, exit_on_error=False)
    async def _tell_grid(self) -> None:
        await asyncio.sleep(REST_S)
        if self._is_built:
            await self.host.controller.look_at(self.grid())

    def _title(self, snapshot: Snapshot) -> None:
        draft = self.host.draft
        self._title_curve(snapshot)
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

    def title_inside(self) -> None:
        """Name the unit that is looked at, and what is drawn."""
        network, picture = self.query_one(NetworkView), self.query_one(PictureView)
        self.query_one("#network", PaneFrame).show_title(network.heading())
        self.query_one("#unit", PaneFrame).show_title(self.query_one(UnitView).heading())
        frame, heading = self.query_one("#picture", PaneFrame), picture.heading()
        frame.show_title(heading)
        is_read = heading in (WRITTEN.title, SEQUENCE.title)  # and nothing is switched in it
        frame.show_keys(() if is_read else frame.pane.keys)

    def _is_another_rate(self, snapshot: Snapshot) -> bool:
        """Whether the learning rate is another, which changes a live training at once."""
        edited, trained = self.host.draft.experiment, snapshot.experiment
        return (
            edited is not None
            and trained is not None
            and (edited.without_prose() != trained.without_prose())
        )

    def _title_curve(self, snapshot: Snapshot) -> None:
        """Name the metric whose curves are seen: the loss, where another is not measured."""
        curve = self.query_one(LossCurve)
        if curve.metric not in snapshot.curves:
            curve.metric = "loss"
        title = shown_title(METRICS[curve.metric], self.host.look)
        self.query_one("#loss", PaneFrame).show_title(title)
