"""The list of the first screen, and what narrows it."""

from __future__ import annotations

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from tui.widgets.option_rows import OptionRows


class EntryList(OptionRows):
    """The list, in which enter opens, and arrows to the sides what is folded."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "select", "Open", key_display="enter"),
        Binding("right", "fold(False)", "Show the repaired sibling", show=False),
        Binding("left", "fold(True)", "Fold it away", show=False),
    ]

    class Folded(Message):
        """What belongs to the line under the cursor is to be folded away, or shown."""

        def __init__(self, away: bool) -> None:
            super().__init__()
            self.away = away

    def action_fold(self, away: bool) -> None:
        """Fold what belongs to this line away, or show it."""
        self.post_message(self.Folded(away))


class FilterInput(Input):
    """What narrows the list; enter opens what the cursor of the list is on."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "submit", "Open", key_display="enter"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
    ]

    class Moved(Message):
        """The list's cursor is to go up or down."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        self.post_message(self.Moved(by))
