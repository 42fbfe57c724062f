"""Where one value of a sample is typed, or chosen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.suggester import SuggestFromList
from textual.widgets import Input


class ValueInput(Input):
    """Where a value is typed; enter predicts."""

    BINDINGS = [Binding("enter", "submit", "Predict", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class ChoiceInput(ValueInput):
    """Where one of several words is typed, or gone through with the arrows to the sides."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("right", "choose(1)", "Next choice"),
        Binding("left", "choose(-1)", "Choice before", show=False),
    ]

    def __init__(self, choices: Sequence[str], *, placeholder: str) -> None:
        suggester = SuggestFromList(choices, case_sensitive=False)
        super().__init__(placeholder=placeholder, suggester=suggester)
        self.choices = choices

    def action_choose(self, by: int) -> None:
        """Take the next of the words, or the one before; of a word begun, the one it begins."""
        typed = self.value.strip().casefold()
        folded = [choice.casefold() for choice in self.choices]
        begun = [n for n, choice in enumerate(folded) if typed and choice.startswith(typed)]
        if typed in folded:
            place = (folded.index(typed) + by) % len(folded)
        elif begun:
            place = begun[0]
        else:
            place = 0 if by > 0 else len(folded) - 1
        self.value = self.choices[place]
        self.action_select_all()  # what is typed takes its place
