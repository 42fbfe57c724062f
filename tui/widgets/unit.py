"""One unit in numbers: a cursor over its bias and its weights, each of which can be set."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from engine.runs.inside import Inside, Unit, Weight
from tui.language import tr
from tui.renderables.network.figures import Done, unit_lines, weights_of
from tui.renderables.network.large import large_rows, titled
from tui.renderables.table import sentence
from tui.widgets import touching
from tui.widgets.cursor_rows import CursorRows, Line
from tui.widgets.touching import Touched, Touching

LEAST_PICTURE = 5
"""Rows that must be free for the unit's picture below its numbers."""
ARRIVING = "Its numbers are on their way."


class UnitView(CursorRows, Touching, can_focus=True):
    """Shows the unit that is looked at in the network."""

    figure = Figure(
        "One unit",
        "Tells what a unit gives over the data: its mean, its spread (a standard deviation), and "
        "the shares of samples for which it gives nothing (dead) or is so far out that it hardly "
        "changes (saturated: both learn next to nothing); how long the gradient by its weights is; "
        "then which weights lead to it and on from it, and for which samples it gives most.",
        "Here {train} samples are looked through.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "set", "Set this weight", show=False),
        Binding("left", "step(-1)", "Unit before", show=False),
        Binding("right", "step(1)", "Next unit", show=False),
        *touching.BINDINGS,
    ]

    inside: reactive[Inside | None] = reactive(None, repaint=False)
    done: reactive[Done | None] = reactive(None, repaint=False)
    """The newest touch of this unit."""
    is_picture_here: reactive[bool] = reactive(True, repaint=False)
    """Whether the unit is drawn large here: nowhere else is room for it."""

    class Stepped(Message):
        """The next unit is to be looked at, or the one before."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    @property
    def unit(self) -> Unit | None:
        """The unit whose numbers are shown."""
        figures = self.inside.unit if self.inside is not None else None
        return None if figures is None else figures.unit

    @property
    def weight(self) -> Weight | None:
        """What the cursor is on."""
        weights = self._weights()
        return weights[min(self.cursor, len(weights) - 1)] if weights else None

    def num_items(self) -> int:
        return len(self._weights())

    def _weights(self) -> list[Weight]:
        figures = self.inside.unit if self.inside is not None else None
        return [] if figures is None else weights_of(figures)

    def watch_inside(self, before: Inside | None, after: Inside | None) -> None:
        units = [one.unit.unit if one is not None and one.unit else None for one in (before, after)]
        if units[0] != units[1]:
            self.set_reactive(CursorRows.cursor, 0)
        self.remake()

    def watch_done(self) -> None:
        self.remake()

    def watch_is_picture_here(self) -> None:
        self.remake()

    def lines(self, width: int, height: int) -> list[Line]:
        inside, look = self.inside, self.look
        if inside is None or inside.unit is None:
            return [Line(row) for row in sentence(ARRIVING, width, look)]
        told = unit_lines(inside, width, look, done=self.done)
        out: list[Line] = []
        item = 0
        for text, weight in told:
            if weight is None:
                out.append(Line(text))
                continue
            is_marked = item == self.cursor and self.has_focus
            out.append(Line(self.marked(text, width, active=True) if is_marked else text, item))
            item += 1
        free = height - len(out) - 1
        if self.is_picture_here and free >= LEAST_PICTURE:
            drawn = large_rows(inside, inside.unit.unit, width, free, look)[:free]
            out += [Line(Text()), *map(Line, drawn)]
        return out

    def heading(self) -> str:
        """What the pane is called now."""
        if self.inside is None or self.unit is None:
            return tr("Unit")
        return titled(self.inside, self.unit)

    def picked(self) -> None:
        self.action_set()

    def action_set(self) -> None:
        """Give the weight or bias under the cursor another value."""
        self.post_message(Touched("set"))

    def action_step(self, by: int) -> None:
        """Look at the next unit of the same layer, or the one before."""
        self.post_message(self.Stepped(by))
