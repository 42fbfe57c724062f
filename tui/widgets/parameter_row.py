"""One parameter in a form: its name, what is typed for it, and what is accepted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from engine.limits import CALL
from tui.editing.call_form import Field
from tui.renderables.look import Look
from tui.renderables.sanitize import fit, padded, plain
from tui.renderables.table import sentence

_HINT = 45
"""The column where hints begin."""
_THIN = 46
"""Columns below which there is no room for hints."""


class Cycle(Widget, can_focus=True):
    """One of a few texts; left, right and space go through them."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("right,space", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Previous", show=False),
    ]
    DEFAULT_CSS = """
    Cycle { height: 1; }
    Cycle:focus { text-style: reverse; }
    """

    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another text was chosen."""

    def __init__(self, look: Look, choices: Sequence[str], value: str) -> None:
        super().__init__()
        self._look = look
        self._choices = choices
        self.set_reactive(Cycle.value, value)

    def render(self) -> Text:
        left, right = self._look.pick("‹", "<"), self._look.pick("›", ">")
        return Text(f"{left} {plain(self.value, self._look.ascii)} {right}", no_wrap=True)

    def action_turn(self, by: int) -> None:
        """Choose the next one or the one before."""
        index = self._choices.index(self.value) if self.value in self._choices else -1
        self.value = self._choices[(index + by) % len(self._choices)]
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_turn(1)


class ParameterRow(Widget):
    """Label, control and hint in one line; the control can be focused as soon as it is mounted."""

    DEFAULT_CSS = """
    ParameterRow { height: 1; layout: horizontal; }
    ParameterRow > .control { width: 24; margin-left: 20; }
    """

    def __init__(self, look: Look, field: Field, text: str) -> None:
        self._look = look
        self.field = field
        self.control: Input | Cycle = _control(look, field, text)
        """The widget that takes the keys."""
        self.control.add_class("control")
        super().__init__(self.control)  # a child from here is there at once, one of compose later

    @property
    def text(self) -> str:
        """What is typed or chosen; a chosen default is the empty text."""
        value = self.control.value
        return "" if self.field.choices and value == self.field.default else value

    def render(self) -> Text:
        ascii, width = self._look.ascii, self.size.width
        if width < _THIN:
            return Text(fit(self.field.name, 10, ascii), no_wrap=True)
        hints = self._hint_rows(width)
        if len(hints) > self.size.height:  # no room for all: what is cut says so
            hints = [Text(fit(self._hint(), max(0, width - _HINT), ascii), Style(dim=True))]
        names = [fit(self.field.name, 19, ascii), *("" for _ in hints)]
        rows = [Text.assemble(padded(n, _HINT), h) for n, h in zip(names, hints, strict=False)]
        return Text("\n", no_wrap=True).join(rows)

    def num_rows(self, width: int) -> int:
        """How many rows the whole hint needs."""
        return 1 if width < _THIN else max(1, len(self._hint_rows(width)))

    def _hint_rows(self, width: int) -> list[Text]:
        return sentence(self._hint(), max(0, width - _HINT), self._look)

    def _hint(self) -> str:
        declaration = self.field.declaration
        if self.field.choices or self.field.is_text:
            return declaration.help
        unit = f"{declaration.unit}: " if declaration.unit else ""
        return f"{unit}{self.field.accepted}"


def spread(rows: Sequence[ParameterRow], width: int, height: int) -> None:
    """Give each row what its hint needs, from the first on, as long as there is room."""
    spare = max(0, height - len(rows))
    for row in rows:
        extra = min(row.num_rows(width) - 1, spare)
        row.styles.height = 1 + extra
        spare -= extra


def _control(look: Look, field: Field, text: str) -> Input | Cycle:
    if field.choices:
        return Cycle(look, field.choices, text or field.default or field.choices[0])
    hint = "needed" if field.declaration.required else plain(field.default or "none", look.ascii)
    return Input(text, placeholder=hint, compact=True, max_length=CALL.most)
