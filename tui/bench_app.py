"""An app with one workbench: what is opened there, and what is known of its training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual import work

from tui.language import SOURCE, spoken
from tui.learning.learning import Learning
from tui.live.following import Folders
from tui.live.snapshot import Origin, Snapshot
from tui.live.trainer_process import Connect
from tui.live.training_controller import TrainingController
from tui.messages import (
    DataChosen,
    DraftChanged,
    LessonChanged,
    LessonChosen,
    PresetChosen,
    TrainingChanged,
)
from tui.renderables.sanitize import plain
from tui.screens.host import AppScreen
from tui.settings import Settings
from tui.terminal.budget import BYTES_PER_S, SLOW_BYTES_PER_S, ByteBudget
from tui.terminal.terminal_app import TerminalApp

if TYPE_CHECKING:
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment
    from tui.editing.draft import Draft
    from tui.screens.workbench import WorkbenchScreen
    from tui.widgets.lesson import StepNote

OPENING = "opening-lesson"
"""The screen that shows a lesson's text until the workbench can."""


class BenchApp(TerminalApp[int]):
    """Owns the controller, the draft and the lesson that is open."""

    def __init__(
        self,
        folders: Folders | None,
        connect: Connect,
        settings: Settings | None,
        *,
        slow_link: bool,
        presents: bool,
    ) -> None:
        """presents: for a projector."""
        super().__init__()
        self.folders = folders or Folders()
        self.settings = settings or Settings.load()
        slow = slow_link or self.settings.rate == "slow"
        self.controller = TrainingController(self._tell, self.folders, connect, slow_link=slow)
        self.budget = self._budget(slow=slow)
        self.learning = Learning(self._lesson_changed)
        self.controller.witness = self.learning
        self._presents = presents

    @cached_property
    def draft(self) -> Draft:
        """The experiment that is edited; loaded when it is first needed, the presets are not."""
        from engine.paths import runs_dir
        from engine.runs.history import trained_before
        from tui.editing.draft import Draft

        draft, given = Draft(), self.folders.runs_dir
        draft.trained_before = lambda name, one: trained_before(name, one, runs_dir(given))
        return draft

    @cached_property
    def workbench(self) -> WorkbenchScreen:
        """The one workbench; it stays when another screen is shown."""
        from tui.screens.workbench import WorkbenchScreen

        screen = WorkbenchScreen()
        if self._presents:
            from tui.screens.present import PresentScreen

            screen = PresentScreen()
        self.install_screen(screen, "workbench")
        return screen

    def open_workbench(self, name: str, experiment: Experiment, *, is_new: bool = False) -> None:
        """Put an experiment on the workbench; nothing is trained yet.

        One that is there already stays as it was edited. is_new: it is kept nowhere yet.
        """
        is_another = is_new or not self.draft.comes_from(name, experiment)
        if is_new:
            self.draft.begin(name, experiment)
        elif is_another:
            self.draft.load(name, experiment)
        elif self.draft.is_edited:
            self.notify("Your changes are still here: z takes them back", markup=False)
        if is_another:
            self.workbench.choose_no_unit()
        if is_another and not is_new:
            self.learning.left_for(name)
        self._show_workbench()
        if self.learning.play is not None:
            return  # it has its own say on what is looked at first
        if experiment.is_single_step and self.workbench.is_before_first_step:
            self.call_after_refresh(self.workbench.action_microscope)  # there is no more to it

    def _show_workbench(self) -> None:
        if self.screen.id == OPENING:
            self.switch_screen(self.workbench)  # what is below it is neither read nor drawn
        elif self.screen is not self.workbench:
            while len(self.screen_stack) > 2:
                self.pop_screen()
            self.push_screen(self.workbench)
        self.workbench.show_draft()

    async def _edits_settled(self, dropped: str = "Drop the changes: z brings them back") -> bool:
        """Ask about edits that would be lost; whether to go on."""
        if "draft" not in self.__dict__:
            return True  # nothing was opened yet
        from tui.screens.keeping import edits_settled

        return await edits_settled(self, dropped)

    @work(group="leave", exclusive=True, exit_on_error=False)
    async def on_preset_chosen(self, message: PresetChosen) -> None:
        name, experiment = message.name, message.experiment
        if self.draft.comes_from(name, experiment) or await self._edits_settled():
            self.open_workbench(name, experiment, is_new=message.is_new)

    def on_data_chosen(self, message: DataChosen) -> None:
        """Show the experiment with its other data, and what was changed for it."""
        self._show_workbench()
        told = "\n".join(plain(line, self.look.ascii) for line in message.told.split("\n"))
        self.notify(told, markup=False)
        self.workbench.post_message(DraftChanged())

    def _begin_lesson(self, name: str) -> None:
        """Open a lesson first of all: its text is there to read while the workbench is loaded."""
        from tui.learning.glance import glance_at
        from tui.screens.opening import OpeningScreen

        glance = glance_at(name, "" if spoken() == SOURCE else spoken())
        if glance is None or self._presents:
            self.open_lesson(name)
        else:
            self.push_screen(OpeningScreen(glance, id=OPENING))

    def open_lesson(self, name: str) -> None:
        """Open the lesson of this name on the workbench, where the person was in it."""
        from engine.errors import PerceptuiError
        from engine.lessons.library import find_lesson
        from engine.parts.data import DataLocations
        from engine.paths import data_dir

        try:
            lesson = find_lesson(name, "" if spoken() == SOURCE else spoken())
        except PerceptuiError as error:
            if self.screen.id == OPENING:
                self.pop_screen()
            self.notify(plain(str(error), self.look.ascii), severity="error", markup=False)
            return
        locations = DataLocations(data_dir(self.folders.data_dir))
        play = self.learning.open(lesson, locations, keeps=not self._presents)
        start = play.resume()
        self._show_workbench()
        self.workbench.open_lesson(start)

    def action_lessons(self) -> None:
        """Open the list of lessons."""
        from tui.screens.lessons import LessonsScreen

        if not isinstance(self.screen, LessonsScreen):
            self.push_screen(LessonsScreen())

    @work(group="leave", exclusive=True, exit_on_error=False)
    async def on_lesson_chosen(self, message: LessonChosen) -> None:
        if await self._edits_settled():
            self.open_lesson(message.name)

    def on_lesson_changed(self, message: LessonChanged) -> None:
        if "workbench" in self.__dict__:
            self.workbench.show_lesson()
        for note in self._step_notes:
            note.show()

    @property
    def _step_notes(self) -> Sequence[StepNote]:
        """Where the screen that is seen tells the lesson's step."""
        return self.screen.step_notes if isinstance(self.screen, AppScreen) else ()

    def _lesson_changed(self, is_done: bool) -> None:
        if not self.is_running:
            return
        self.post_message(LessonChanged())
        is_seen = self.screen is self.workbench or self._step_notes
        if is_done and not is_seen and not self._presents:
            self.notify("The lesson's step is done: esc leads back to it", markup=False)

    async def watch_run(self, run: Run) -> None:
        """Watch a live run on the workbench, or show what one that is over came to."""
        snapshot = self.controller.snapshot
        is_known = self.controller.has(run) and (snapshot.is_live or snapshot.phase == "finished")
        if is_known and self.draft.origin == snapshot.origin:
            self._show_workbench()  # it began here: what was edited since stays
            return
        if not await self._edits_settled():
            return
        if is_known:  # as it was asked for: the run's own has its device resolved
            trained = snapshot.experiment or run.experiment()
            self.draft.load(snapshot.name, trained, snapshot.origin)
            self._show_workbench()
            return
        self._load_run(run)
        self._show_workbench()
        from engine.runs.state import state_of

        if state_of(run).live_here:
            await self.controller.attach(run)
        else:
            self.workbench.about_to_train()
            await self.controller.show(run)

    async def resume_run(self, run: Run) -> None:
        """Go on with a run that is over."""
        if not await self._edits_settled():
            return
        self._load_run(run)
        self._show_workbench()
        await self.controller.read(run)
        await self.controller.open()
        self.workbench.action_go_on()

    def _load_run(self, run: Run) -> None:
        origin = Origin.of(run)
        self.draft.load(run.name, origin.experiment, origin)

    def on_training_changed(self, message: TrainingChanged) -> None:
        self.show_training()

    def show_training(self) -> None:
        """Show what is known of the training of what is open, as far as there are bytes for it."""
        # Nobody may have opened it yet, and while the app ends its parts are gone already.
        if self.is_running and "workbench" in self.__dict__:
            own = self.draft.own(self.controller.snapshot, self.controller.opened)
            seen = self.controller.insight.view(self.controller.travel.view(own))
            self.workbench.show(self.budget.shown(seen))

    def _tell(self, snapshot: Snapshot) -> None:
        self.post_message(TrainingChanged())

    def _budget(self, *, slow: bool) -> ByteBudget:
        return ByteBudget(SLOW_BYTES_PER_S if slow else BYTES_PER_S, lambda: self.num_bytes_sent)
