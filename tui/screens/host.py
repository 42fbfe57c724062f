"""What the screens need of the app they run in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol, cast, runtime_checkable

from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker, WorkerState, WorkType

from engine.errors import PerceptuiError
from tui.language import SOURCE, spoken, tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain_lines

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.runs.run import Run
    from tui.editing.draft import Draft
    from tui.editing.topics import Topic
    from tui.learning.learning import Learning
    from tui.live.following import Folders
    from tui.live.snapshot import Snapshot
    from tui.live.training_controller import TrainingController
    from tui.settings import Settings
    from tui.widgets.lesson import StepNote


class Host(Protocol):
    """The app, as its screens know it."""

    controller: TrainingController
    draft: Draft
    errors: Iterable[str]
    """What a person was told went wrong, oldest first."""
    folders: Folders
    learning: Learning
    look: Look
    settings: Settings

    def action_lessons(self) -> None: ...
    def apply_settings(self) -> None: ...
    def open_lesson(self, name: str) -> None: ...
    def run_outside(self, words: Sequence[str]) -> int: ...
    def show_training(self) -> None: ...
    async def watch_run(self, run: Run) -> None: ...
    async def resume_run(self, run: Run) -> None: ...


@runtime_checkable
class Explaining(Protocol):
    """A screen with something on it that can be explained."""

    def topics(self) -> Sequence[Topic]: ...


def host(node: DOMNode) -> Host:
    """The app of a screen or widget."""
    return cast(Host, node.app)


class AppScreen(Screen[None]):
    """A full screen that can be left with esc and says what went wrong."""

    notes_step: ClassVar[bool] = True
    """Whether the step of the lesson that is open is told at its bottom."""

    @property
    def host(self) -> Host:
        """The app."""
        return host(self)

    @property
    def shown(self) -> Snapshot:
        """What is known of the training of what is open; never of another one's."""
        controller = self.host.controller
        return self.host.draft.own(controller.snapshot, controller.opened)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Textual's, which a footer shows, in the language that is spoken."""
        found = super().active_bindings
        return found if spoken() == SOURCE else {key: _said(one) for key, one in found.items()}

    def on_mount(self) -> None:
        """Have the lesson's step in sight: what it asks for is often done here."""
        play = self.host.learning.play if self.notes_step else None
        if play is not None and play.step is not None:
            from tui.widgets.lesson import StepNote

            keys = self.query("Footer, Keys")
            self.mount(StepNote(play), before=keys.first() if keys else None)

    @property
    def step_notes(self) -> Sequence[StepNote]:
        """Where the lesson's step is told; empty where it is not."""
        if self.host.learning.play is None:
            return ()
        from tui.widgets.lesson import StepNote

        return list(self.query(StepNote))

    def reword(self) -> None:
        """Say what stands already in another language; what is drawn anew does so by itself."""

    def complain(self, error: object) -> None:
        """Tell the person what went wrong."""
        text = plain_lines(str(error), self.host.look.ascii)
        self.app.notify(text, severity="error", markup=False)

    def tell(self, text: str) -> None:
        """Tell the person what was done."""
        self.app.notify(plain_lines(text, self.host.look.ascii), markup=False)

    def open_run(self, run: Run) -> None:
        """Watch a live run on the workbench, or open the experiment of one that is over."""
        self._in_app(partial(self.host.watch_run, run))

    def continue_run(self, run: Run) -> None:
        """Go on with a run that ended early."""
        self._in_app(partial(self.host.resume_run, run))

    def takes_back(self) -> bool:
        """Take back what was done last, as ctrl+z does elsewhere; whether it can be here."""
        return False

    def action_back(self) -> None:
        """Go back to the screen before."""
        if self.is_current:  # a second key may arrive while it closes
            self.dismiss()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state == WorkerState.ERROR:
            self.complain(event.worker.error)

    def _in_app(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run what outlives this screen."""

        async def guarded() -> None:
            try:
                await work()
            except PerceptuiError as error:
                self.complain(error)

        begun: WorkType[None] = guarded
        self.app.run_worker(begun, group="training", exit_on_error=False)


def _said(active: ActiveBinding) -> ActiveBinding:
    binding = active.binding
    return active._replace(binding=replace(binding, description=tr(binding.description)))
