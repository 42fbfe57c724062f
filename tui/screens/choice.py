"""A question with a few answers, over the screen it is about."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from tui.language import tr
from tui.renderables.sanitize import plain
from tui.screens.host import host
from tui.widgets.option_rows import OptionRows

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """One answer: the key that gives it, what it says, what it returns."""

    key: str
    text: str
    value: T


class ChoiceScreen(ModalScreen[T]):
    """Asks, and returns the chosen answer's value; esc gives the last answer."""

    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; }
    ChoiceScreen > Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    ChoiceScreen Static { height: auto; max-height: 6; margin-bottom: 1; }
    ChoiceScreen OptionList {
        height: auto; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
    }
    ChoiceScreen OptionList:focus { border: none; background-tint: $foreground 0%; }
    ChoiceScreen OptionList > .option-list--option { padding: 0; }
    ChoiceScreen.-ascii > Vertical { border: ascii $primary; }
    ChoiceScreen.-low > Vertical { border: none; }
    ChoiceScreen.-low Static { max-height: 1; margin: 0; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [Binding("escape", "stay", "Back")]  # noqa: RUF012  # Textual declares it so

    def __init__(self, question: str, answers: list[Answer[T]], *, first: int = 0) -> None:
        super().__init__()
        self._question = question
        self._answers = answers
        self._first = first

    def compose(self) -> ComposeResult:
        ascii_only = host(self).look.ascii
        with Vertical():
            yield Static(plain(tr(self._question), ascii_only), markup=False)
            texts = [
                f"{answer.key:<4}{plain(tr(answer.text), ascii_only)}" for answer in self._answers
            ]
            yield OptionRows(*(Text(text) for text in texts))

    def on_mount(self) -> None:
        self.set_class(host(self).look.ascii, "-ascii")
        options = self.query_one(OptionList)
        options.highlighted = self._first
        options.focus()

    def on_key(self, event: Key) -> None:
        for index, answer in enumerate(self._answers):
            if event.key == answer.key:
                event.stop()
                self.action_give(index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_give(event.option_index)

    def action_give(self, index: int) -> None:
        """Give the answer of this place."""
        if self.is_current:  # a second key may arrive while it closes
            self.dismiss(self._answers[index].value)

    def action_stay(self) -> None:
        """Give the last answer, which changes nothing."""
        self.action_give(len(self._answers) - 1)
