"""The lesson's pane: its step, its question, its hints, and what came of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

from engine.explanation.explanation import Figure
from tui.widgets.rows import RowsView
from tui.widgets.scrolled import ScrolledView

if TYPE_CHECKING:
    from tui.learning.play import Play

ROOMY = 30
"""Rows of a screen from which a note of the step may have MANY of them, else FEW."""
FEW, MANY = 5, 8


class LessonView(ScrolledView, can_focus=True):
    """One step at a time; enter answers, or goes on once the step is done."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "enter", "Answer, go on", key_display="enter"),
        Binding("right", "turn(1)", "Skip the step", key_display="→"),
        Binding("left", "turn(-1)", "Back a step", key_display="←"),
        Binding("up,k", "move(-1)", "Choice before", show=False),
        Binding("down,j", "move(1)", "Next choice", show=False),
        *(Binding(letter, f"take('{letter}')", show=False) for letter in "abcdef"),
    ]

    figure = Figure(
        "The lesson",
        "One step at a time: what to do, and below it what came of it, in your own figures.",
    )

    class Entered(Message):
        """The step is to be answered, or left for the next."""

    class FocusMoved(Message):
        """Other keys are the lesson's now."""

    class Turned(Message):
        """Another step is to be shown."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Taken(Message):
        """A choice was taken by its name."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    play: Play | None = None
    """The lesson; None where none is open."""
    measure = 0
    """Cells of a line, where it is read from afar; 0 for a pane."""
    _state: tuple[object, ...] = ()
    _fitted: tuple[object, ...] = ()
    """What it was made fit for."""
    _wanted = 0
    _shows_end = False
    """Whether what came of what was done is to be seen, though the text is longer."""

    def rows_wanted(self, width: int) -> int:
        """Rows for the step in a pane so wide: no fewer than it had before, so that it rests."""
        play = self.play
        if play is None:
            return 0
        from tui.learning.page import rows_needed

        at = (play.lesson, play.index, width)
        now = (*at, play.told, play.wrong, play.num_hints, play.doing, play.elsewhere)
        if now != self._fitted:
            least = self._wanted if self._fitted[:3] == at else FEW
            self._fitted = now
            step = play.step
            said = (*step.done, *step.wrong) if step is not None else ()
            written = [one.text.written for one in said]
            self._wanted = max(least, rows_needed(play, width - 2, self.look, written))
        return self._wanted

    def show(self, play: Play | None) -> None:
        """Show the lesson as it is now: a new step from its top, what came of it where it ends."""
        self.play = play
        state: tuple[object, ...] = ()
        if play is not None:
            state = (play.lesson, play.index, play.is_done, play.num_hints, bool(play.wrong))
        if state != self._state:
            is_new = state[:2] != self._state[:2]
            self._state = state
            self._top, self._shows_end = 0, not is_new
        self.remake()

    def all_rows(self, width: int, height: int) -> list[Text]:
        if self.play is None:
            return []
        from tui.learning.page import page, presented

        if self.measure:
            return presented(self.play, min(width - 2, self.measure), self.look).rows
        found = page(self.play, width - 2, self.look, focused=self.has_focus)
        if self._shows_end:
            self._shows_end = False
            self._top = max(0, found.end - height)
        return found.rows

    def on_focus(self) -> None:
        self.post_message(self.FocusMoved())

    def on_blur(self) -> None:
        self.post_message(self.FocusMoved())

    @property
    def _asks(self) -> bool:
        """Whether a choice is to be taken."""
        return self.play is not None and bool(self.play.choices) and not self.play.is_done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A letter is a choice only where it is one."""
        if action == "take":
            asks, play = self._asks, self.play
            return asks and play is not None and parameters[0] in play.letters
        return self.play is not None

    def action_enter(self) -> None:
        """Take the choice under the cursor, or go on."""
        self.post_message(self.Entered())

    def action_turn(self, by: int) -> None:
        """Go to the step before, or skip this one."""
        self.post_message(self.Turned(by))

    def action_take(self, letter: str) -> None:
        """Take the choice that has this letter."""
        if self.play is not None:
            self.post_message(self.Taken(self.play.letters[letter]))

    def action_move(self, by: int) -> None:
        """Move the cursor over the choices; where there are none, the text."""
        play = self.play
        if not self._asks or play is None:
            self.move(by)
            return
        moved = min(max(play.choice + by, 0), len(play.choices) - 1)
        if moved == play.choice:
            self.move(by)
        play.choice = moved
        self.remake()


class StepLine(RowsView):
    """The step in two rows, where another pane has all the room."""

    DEFAULT_CSS = "StepLine { height: 2; display: none; padding: 0 1; background: $panel; }"

    play: Play | None = None

    def show(self, play: Play | None) -> None:
        """Show the step as it is now."""
        self.play = play
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        if self.play is None:
            return []
        from tui.learning.brief import line_rows

        return line_rows(self.play, width, self.look)


class StepNote(RowsView):
    """What the step asks for on a screen that is not the workbench, and what came of it there."""

    DEFAULT_CSS = "StepNote { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play

    def show(self) -> None:
        """Show the step as it is now."""
        self.refresh(layout=True)
        self.remake()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def make_rows(self, width: int, height: int) -> list[Text]:
        return self._rows(width)

    def _rows(self, width: int) -> list[Text]:
        from tui.learning.brief import note_rows

        height = self.app.size.height
        most = FEW if height < ROOMY else MANY
        return note_rows(self.play, width, min(most, height // 4), self.look)
