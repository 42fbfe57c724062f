"""A plane to put points on: the mouse sprays them, keys move a cursor that does."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from tui.renderables.palette import ATTENTION, SECONDARY, class_hue
from tui.renderables.runs import Glyph, row_of
from tui.widgets.cursor_rows import LEFT
from tui.widgets.rows import RowsView

REACH = 1.5
"""So far from the middle a point can lie at least, in each direction."""
MOST_CLASSES = 4
SPRAYED, SPREAD = 8, 2.0
"""Points that a spray leaves at a place, and how far around, in rows."""
MOST_POINTS = 10_000
_MOST_UNDONE = 200


class Placed(NamedTuple):
    """A point that was put somewhere."""

    x1: float
    x2: float
    kind: int
    """Its class, from 0."""


class PlanePad(RowsView, can_focus=True):
    """Points on a plane; each cell shows the class of the newest that lies in it."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        *[Binding(key, f"move({x}, {y})", show=False) for key, x, y in (
            ("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1),
        )],
        *[Binding(str(n + 1), f"kind({n})", show=False) for n in range(MOST_CLASSES)],
        Binding("space", "put", "Put points", key_display="space"),
        Binding("s", "spray", "Spray or points"),
        Binding("e", "eraser", "Eraser"),
        Binding("z", "undo", "Undo"),
        Binding("c", "clear", "Clear"),
    ]  # fmt: skip

    class Changed(Message):
        """There are other points, or another tool."""

    def __init__(self, points: Sequence[Placed] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points = list(points)
        self._before: list[list[Placed]] = []
        """What there was before each stroke."""
        self.kind = 0
        """The class of what is put."""
        self.sprays = True
        self.erases = False
        self._place: tuple[int, int] | None = None
        """Column and row of the cursor; None: the middle."""
        self._button: int | None = None
        self._random = random.Random(0)

    @property
    def points(self) -> Sequence[Placed]:
        """Those that there are, oldest first."""
        return tuple(self._points)

    @property
    def counts(self) -> list[int]:
        """How many there are of each class, up to the last that has any."""
        counts = [sum(one.kind == kind for one in self._points) for kind in range(MOST_CLASSES)]
        while counts and not counts[-1]:
            counts.pop()
        return counts

    def action_move(self, x: int, y: int) -> None:
        """Move the cursor by a cell."""
        column, row = self.place
        self._go(column + x, row + y)
        self._tell()

    def action_kind(self, kind: int) -> None:
        """Put points of another class from now on."""
        self.kind, self.erases = kind, False
        self._tell()

    def action_put(self) -> None:
        """Put points where the cursor is, or take them away."""
        self._begin_stroke()
        self._touch(*self.place, erases=self.erases)
        self._tell()

    def action_spray(self) -> None:
        """Spray many around a place, or put one into it."""
        self.sprays, self.erases = not self.sprays, False
        self._tell()

    def action_eraser(self) -> None:
        """Take points away, or put them again."""
        self.erases = not self.erases
        self._tell()

    def action_undo(self) -> None:
        """Take the last stroke back."""
        if self._before:
            self._points = self._before.pop()
            self._tell()

    def action_clear(self) -> None:
        """Begin with an empty plane."""
        if self._points:
            self._begin_stroke()
            self._points = []
            self._tell()

    def on_mouse_down(self, event: MouseDown) -> None:
        self.capture_mouse()
        self._button = event.button
        self._begin_stroke()
        self._stroke(event.x, event.y)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._button is not None and (event.x, event.y) != self._place:
            self._stroke(event.x, event.y)

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._button is not None:
            self.release_mouse()
            self._button = None

    @property
    def place(self) -> tuple[int, int]:
        """The column and the row of the cursor."""
        width, height = self.size
        column, row = self._place or (width // 2, height // 2)
        return min(max(column, 0), max(width - 1, 0)), min(max(row, 0), max(height - 1, 0))

    def where(self, column: float, row: float) -> tuple[float, float]:
        """The place on the plane of a place on the screen, in cells from the upper left."""
        unit, (width, height) = self._unit, self.size
        return (column - width / 2) * unit, (height / 2 - row) * 2 * unit

    def cell(self, x1: float, x2: float) -> tuple[int, int]:
        """The column and the row of a place on the plane; beyond the edge for what is outside."""
        unit, (width, height) = self._unit, self.size
        return math.floor(x1 / unit + width / 2), math.floor(height / 2 - x2 / (2 * unit))

    @property
    def _unit(self) -> float:
        """What a column is wide; a row is twice as high."""
        width, height = self.size
        return 2 * REACH / max(1, min(width, 2 * height))

    def _stroke(self, column: int, row: int) -> None:
        """Put points under the mouse, or take them away with the other button."""
        self._go(column, row)
        self._touch(*self.place, erases=self.erases or self._button != LEFT)
        self._tell()

    def _go(self, column: int, row: int) -> None:
        self._place = column, row
        self._place = self.place

    def _begin_stroke(self) -> None:
        self._before = [*self._before[-_MOST_UNDONE + 1 :], list(self._points)]

    def _touch(self, column: int, row: int, *, erases: bool) -> None:
        if erases:
            near = {(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)}
            self._points = [one for one in self._points if self.cell(one.x1, one.x2) not in near]
            return
        self._points += list(self._put(column, row))[: MOST_POINTS - len(self._points)]

    def _put(self, column: int, row: int) -> Iterator[Placed]:
        draw = self._random
        if not self.sprays:
            yield Placed(*self.where(column + draw.random(), row + draw.random()), self.kind)
            return
        middle = self.where(column + 0.5, row + 0.5)
        spread = SPREAD * self._unit
        for _ in range(SPRAYED):
            x1, x2 = (draw.gauss(one, spread) for one in middle)
            yield Placed(x1, x2, self.kind)

    def _tell(self) -> None:
        self.remake()
        self.post_message(self.Changed())

    def make_rows(self, width: int, height: int) -> list[Text]:
        look = self.look
        shown = {self.cell(one.x1, one.x2): one.kind for one in self._points}
        cursor, axes = self.place, self._axes(width, height)

        def glyph(column: int, row: int) -> Glyph:
            place = column, row
            kind = shown.get(place)
            sign: Glyph = (" ", Style())
            if kind is not None:
                sign = look.glyph(kind), look.paint(class_hue(kind))
            elif place in axes:
                sign = axes[place], look.paint(SECONDARY)
            if place != cursor:
                return sign
            return sign[0], sign[1] + look.paint(ATTENTION) + Style(reverse=True)

        return [row_of(glyph(x, y) for x in range(width)) for y in range(height)]

    def _axes(self, width: int, height: int) -> Mapping[tuple[int, int], str]:
        """Where no point lies: both axes, whole numbers beside them, what each is called."""
        look, (left, top) = self.look, self.cell(0, 0)
        across, down, crossed = look.pick("─", "-"), look.pick("│", "|"), look.pick("┼", "+")
        signs = {(column, top): across for column in range(width)}
        signs |= {(left, row): down for row in range(height)} | {(left, top): crossed}
        furthest = math.ceil(REACH * max(width, 2 * height) / max(1, min(width, 2 * height)))
        for number in (n for n in range(-furthest, furthest + 1) if n):
            column, row = self.cell(number, 0)[0], self.cell(0, number)[1]
            signs |= {(column, top): crossed, (left, row): crossed}
            signs |= _written(str(number), column - (number < 0), top + 1)
            signs |= _written(str(number), left + 2, row)
        return signs | _written("x1", width - 2, top - 1) | _written("x2", left + 2, 0)


def _written(text: str, column: int, row: int) -> dict[tuple[int, int], str]:
    """A text's signs at the places that it takes from there on."""
    return {(column + n, row): sign for n, sign in enumerate(text)}
