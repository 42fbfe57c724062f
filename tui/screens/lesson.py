"""The lesson on the workbench: its keys, its pane, and what comes onto the bench with a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError
from tui.language import tr
from tui.screens.inside import InsideScreen
from tui.widgets.lesson import LessonView, StepLine

if TYPE_CHECKING:
    from engine.lessons.lesson import Start
    from tui.learning.play import Play

LESSON = "lesson"
"""The pane's name."""
ON_THE_BENCH = "The bench has what this step begins with; z takes that back"
NO_LESSON = "No lesson is open: L lists them"


class LessonScreen(InsideScreen):
    """A screen on which a lesson is played, if one is open; nothing of it locks anybody in."""

    notes_step = False

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("G", "next_step", "Lesson: next step", show=False),
        Binding("H", "hint", "Lesson: hint", show=False),
        Binding("A", "show_me", "Lesson: show how", show=False),
        Binding("O", "start_over", "Lesson: step from its start", show=False),
    ]

    @property
    def play(self) -> Play | None:
        """The lesson that is open."""
        return self.host.learning.play

    def open_lesson(self, start: Start | None) -> None:
        """Show the lesson, which has begun a step; start: what it has on the bench."""
        self._put(start)
        self.show_lesson()
        self.action_pane(LESSON)

    def show_lesson(self) -> None:
        """Show the lesson as it is now, or that there is none."""
        play = self.play
        self.set_class(play is not None, "-lesson")
        for view in self.query(LessonView):
            view.show(play)
        for line in self.query(StepLine):
            line.show(play)

    def _put(self, start: Start | None) -> None:
        """Have something on the bench; what was there before comes back with undo."""
        if start is None:
            return
        draft, play = self.host.draft, self.play
        if play is not None and play.begins_untrained:
            draft.load_untrained(start.name, start.experiment)
        else:
            draft.load(start.name, start.experiment)
        self.choose_no_unit()
        self.show_draft()

    def _turn(self, index: int) -> None:
        play = self.play
        if play is None or not 0 <= index <= len(play.lesson.steps):
            return
        goes_on = play.is_done and index == play.index + 1
        before = self.host.draft.experiment
        start = play.begin(index)
        self._put(start)
        self.show_lesson()
        if start is not None and start.experiment != before and not goes_on:
            self.tell(ON_THE_BENCH)
        if play.step is None or play.step.question or not self.shows_all:
            self.action_pane(LESSON)

    def action_next_step(self) -> None:
        """Go to the next step; where this one is not done, only who was told so."""
        play = self.play
        if play is None:
            self.tell(NO_LESSON)
        elif play.step is None:
            self._next_lesson(play)
        elif play.is_known or play.may_skip:
            self._turn(play.index + 1)
        else:
            self._tell_undone(play)

    def _tell_undone(self, play: Play) -> None:
        play.may_skip = True
        self.tell("The step is not done yet: H gives a hint, A shows how, G now skips it")

    def on_lesson_view_entered(self) -> None:
        """Answer the question, or go on; where neither can be, say how."""
        play = self.play
        if play is None:
            return
        if play.step is None or play.is_done:
            self.action_next_step()
        elif play.choices:
            play.take(play.choices[play.choice])
            self.show_lesson()
        else:
            self._tell_undone(play)

    def on_lesson_view_focus_moved(self) -> None:
        self.show_lesson()

    def on_lesson_view_taken(self, message: LessonView.Taken) -> None:
        if (play := self.play) is not None:
            play.take(message.choice)
            self.show_lesson()

    def on_lesson_view_turned(self, message: LessonView.Turned) -> None:
        if (play := self.play) is not None:
            self._turn(play.index + message.by)

    def action_hint(self) -> None:
        """Give the next hint."""
        play = self.play
        if play is None or play.step is None:
            self.tell(NO_LESSON)
        elif play.num_hints < len(play.step.hints):
            play.num_hints += 1
            self.show_lesson()
        else:
            self.tell("There are no more hints: A shows how it is done")
        if play is not None and not self.shows_all:
            self.action_pane(LESSON)

    @work(group="demonstration", exclusive=True, exit_on_error=False)
    async def action_show_me(self) -> None:
        """Do what the step asks for, line by line."""
        play = self.play
        if play is None or play.step is None:
            self.tell(NO_LESSON)
            return
        if play.is_done:
            self.tell("The step is done already: G goes on")
            return
        from tui.screens.demonstration import Demonstration

        if play.elsewhere:
            self._put(play.begin(play.index))
        play.was_shown = True
        try:
            await Demonstration(self, play).run()
        except PerceptuiError as error:
            self.complain(error)

    def action_start_over(self) -> None:
        """Have the bench as the step found it, and begin it anew."""
        play = self.play
        if play is None or play.step is None:
            self.tell(NO_LESSON)
            return
        index, play.is_done = play.index, False
        self._put(play.begin(index))
        self.show_lesson()
        self.tell("The step begins anew, with the bench as it finds it; z takes that back")

    def _next_lesson(self, play: Play) -> None:
        """Open the lesson after this one, or the list where it was the last."""
        from engine.lessons.library import listings

        names = [one.name for one in listings()[0]]
        at = names.index(play.lesson.name) if play.lesson.name in names else len(names)
        if at + 1 < len(names):
            self.host.open_lesson(names[at + 1])
        else:
            self.host.action_lessons()

    def action_pane(self, name: str) -> None:
        """Show a pane."""

    def action_code(self) -> None:
        """Show the experiment as a plain PyTorch script."""

    @property
    def shows_all(self) -> bool:
        """Whether all panes are seen at once."""
        return True

    def lesson_title(self) -> str:
        """What stands on the pane's border."""
        from tui.learning.page import heading

        return heading(self.play, self.host.look) if self.play is not None else tr("Lesson")

    def lesson_keys(self) -> Sequence[tuple[str, str]]:
        """What stands below the pane: the keys that do something where the focus is."""
        from tui.learning.page import keys_of

        focused = any(view.has_focus for view in self.query(LessonView))
        return keys_of(self.play, focused=focused) if self.play is not None else ()
