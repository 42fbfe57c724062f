"""The workbench for a projector: one thing at a time, with space around it, and two keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from engine.errors import PerceptuiError
from tui.editing import topics
from tui.language import tr
from tui.learning.stages import STAGES, Stage
from tui.renderables.markdown import markdown
from tui.renderables.palette import ATTENTION
from tui.renderables.sanitize import plain
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.lesson import LessonView
from tui.widgets.pane import LESSON
from tui.widgets.picture import PictureView
from tui.widgets.snapshot_view import SnapshotView

if TYPE_CHECKING:
    from engine.lessons.lesson import Start, Step
    from tui.learning.play import Play
    from tui.live.snapshot import Snapshot

ALLOWED = frozenset({"present", "share", "leave_presentation"})
"""All that a key does here: whatever else is pressed by accident does nothing."""
MEASURE = 76
"""Cells of a line that is read from afar: longer ones are hard to follow."""


class PresentScreen(WorkbenchScreen):
    """Steps through an experiment, or through a lesson, whose solutions it does."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("right,pagedown", "present(1)", "Next", key_display="→", priority=True),
        Binding("left,pageup", "present(-1)", "Back", key_display="←", priority=True),
        Binding("y", "share", "Copy as command", priority=True),
        Binding("escape,q,ctrl+q", "leave_presentation", "Leave", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._is_shown = False
        """Of a lesson's step: whether its solution was done."""

    def compose(self) -> ComposeResult:
        yield Static(id="heading", markup=False)
        yield Static(id="sentence", markup=False)
        yield from super().compose()
        yield Static(id="foot", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.zoomed = True
        self.query_one(LessonView).measure = MEASURE
        self.query_one(PictureView).keys_told = ()  # none of them does anything here
        self._show_stage()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what a presentation needs has a key."""
        return action in ALLOWED

    def _focus(self) -> None:
        """Nothing has the focus, so that no pane takes a key."""
        self.set_focus(None)

    def open_lesson(self, start: Start | None) -> None:
        self._put(start)
        self._is_shown = False
        self.show_lesson()
        self._show_stage()

    def show_lesson(self) -> None:
        super().show_lesson()
        if self._is_built:
            self._show_words()

    def show(self, snapshot: Snapshot) -> None:
        super().show(snapshot)
        if self._is_built:
            self._show_words()

    @work(group="present", exclusive=True, exit_on_error=False)
    async def action_present(self, by: int) -> None:
        """Go to what comes next: of a lesson the solution of a step, then the next step."""
        play = self.play
        if play is None:
            self._at = max(0, min(self._at + by, len(STAGES) - 1))
            self._show_stage()
            if STAGES[self._at].trains and by > 0 and self.shown.run is None:
                self._train_now()
            return
        if by > 0 and play.step is not None and not self._is_shown:
            await self._demonstrated(play)
            return
        if by < 0 and self._is_shown:
            by = 0
        if 0 <= play.index + by <= len(play.lesson.steps):
            self._is_shown = False
            self._put(play.begin(play.index + by))
        self.show_lesson()
        self._show_stage()

    @work(group="steer", exit_on_error=False)
    async def _train_now(self) -> None:
        """Begin the training, also where one goes on meanwhile to what comes next."""
        await self._go_on_or_begin(paused=False)

    async def _demonstrated(self, play: Play) -> None:
        """Do the step's solution, where it is seen."""
        from tui.screens.demonstration import Demonstration

        assert play.step is not None, "the end has no solution"
        self._is_shown = play.was_shown = True
        self._show_stage()
        try:
            await Demonstration(self, play).run()
        except PerceptuiError as error:
            self.complain(error)

    async def action_leave_presentation(self) -> None:
        """Ask whether to leave: a key is pressed by accident easily."""
        self._leave()

    @work(group="leave", exclusive=True, exit_on_error=False)
    async def _leave(self) -> None:
        from tui.screens.confirm import ConfirmScreen

        if await self.app.push_screen_wait(
            ConfirmScreen(tr("Leave the presentation?"), tr("Leave it"))
        ):
            self.app.exit(0)

    @property
    def _stage(self) -> Stage | None:
        """What has the screen; None for a lesson's text."""
        play = self.play
        if play is None:
            return STAGES[self._at]
        if play.step is None or not self._is_shown:
            return None
        pane = _pane_of(play.step)
        return Stage(play.step.title, pane) if pane else None

    def _show_stage(self) -> None:
        stage = self._stage
        if self._is_built:
            self.pane = LESSON if stage is None else stage.pane
            self._show_words()

    def _show_words(self) -> None:
        """The title, what is to be said of it, and where one is."""
        look, play, stage = self.host.look, self.play, self._stage
        title = stage.title if stage is not None else ""
        if stage is None and play is not None:
            title = play.step.title if play.step is not None else tr("The end")
        self._update("#heading", Text(plain(tr(title), look.ascii)))
        width = max(20, min(MEASURE, self.size.width - 8))
        rows: list[Text] = []
        for sentence in self._sentences(stage):
            rows += markdown(sentence, width, look)
        self._update("#sentence", Text("\n").join(rows))
        count = len(STAGES) if play is None else len(play.lesson.steps)
        at = self._at if play is None else play.index
        sign, back = look.pick("→", "right"), look.pick("←", "left")
        told = tr(f"{min(at + 1, count)} of {count}   {sign} next   {back} back")
        self._update("#foot", Text(told, look.paint(ATTENTION) + Style(bold=False)))

    def _update(self, where: str, text: Text) -> None:
        widget = self.query_one(where, Static)
        if getattr(widget, "presented", None) != text:
            widget.presented = text  # type: ignore[attr-defined]  # what it shows, to repaint less
            widget.update(text)

    def _sentences(self, stage: Stage | None) -> Iterator[str]:
        """What is to be said of what is seen."""
        play, experiment = self.play, self.host.draft.experiment
        if play is not None:
            if stage is not None and (said := play.told or play.wrong or play.doing):
                yield said
            return
        if stage is None or experiment is None:
            return
        if self._at == 0:
            told = topics.of_component(experiment, "data")[0]()
        else:
            view = self.query_one(f"#{stage.pane} > SnapshotView", SnapshotView)
            if view.figure is None:
                return
            told = topics.of_figures([view.figure], experiment)[0]()
        what = tr(told.what)
        yield f"**{tr(told.title)}** {what[:1].lower()}{what[1:]}"
        if told.here:
            yield tr(told.here)


def _pane_of(step: Step) -> str:
    """The pane in which a step's solution is seen best; empty where the lesson's own says all."""
    names = {type(verb).__name__ for verb in step.solution}
    if names & {"Train", "TrainOn", "Advance", "Restart"}:
        return "picture"
    if names & {"LookInside", "SilenceUnit", "SetWeight", "RedrawLayer"}:
        return "network"
    if names & {"SetValue", "InsertLayer", "RemoveLayer", "Fix", "FindRate"}:
        return "experiment"
    return ""
