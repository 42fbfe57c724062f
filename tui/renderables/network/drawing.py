"""The network as a whole: columns of tiles under their names, with lines between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.network.arrangement import (
    HEADINGS,
    Arrangement,
    Form,
    Shape,
    Slot,
    arrange,
)
from tui.renderables.network.lines import Line, lane, line_style, mark
from tui.renderables.network.names import column_name, unit_name
from tui.renderables.network.tiles import tile_glyphs
from tui.renderables.palette import ATTENTION, SECONDARY
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import fit

if TYPE_CHECKING:
    from engine.runs.inside import Column, Inside, Unit, UnitTile, Wires

BLANK: Glyph = (" ", Style())


def shapes_of(inside: Inside) -> list[Shape]:
    """What the columns of a network need room for."""
    return [
        Shape(
            len(column.units),
            _form(column),
            max((cell_len(unit.name) for unit in column.units), default=0),
        )
        for column in inside.columns
    ]


def _form(column: Column) -> Form:
    tiles = [unit.tile for unit in column.units if unit.tile is not None]
    is_number = all((tile.kind, tile.columns, tile.rows) == ("map", 1, 1) for tile in tiles)
    return "dot" if tiles and is_number else "tile"


@dataclass(frozen=True)
class NetworkDrawing:
    """A network as it is drawn in so many characters."""

    inside: Inside
    width: int
    height: int
    look: Look
    chosen: Unit | None = None
    is_active: bool = True
    """Whether keys move what is chosen."""
    arrangement: Arrangement = field(init=False)

    def __post_init__(self) -> None:
        found = arrange(
            shapes_of(self.inside), self.width, self.height, around=self._place(self.chosen)
        )
        object.__setattr__(self, "arrangement", found)

    def unit_at(self, x: int, y: int) -> Unit | None:
        """The unit whose tile covers a character."""
        from engine.runs.inside import Unit

        for index, slot in self.arrangement.slots.items():
            column = self.inside.columns[index]
            for position, unit in enumerate(column.units):
                place = slot.place(position)
                if place is None:
                    continue
                wide = slot.width if slot.across == 1 else slot.tile[0]
                if 0 <= x - place[0] < wide and 0 <= y - place[1] < slot.pitch[1]:
                    return Unit(column.layer, unit.index)
        return None

    def neighbor(self, where: str) -> Unit:
        """The unit at the `left`, the `right`, `up` or `down` of what is chosen; else that itself.

        From a column's edge the way leads to the next column, to what lies nearest there.
        """
        from engine.runs.inside import Unit

        index, at = self._place(self.chosen)
        columns, slots = self.inside.columns, self.arrangement.slots
        across = slots[index].across if index in slots else 1
        count = len(columns[index].units)
        by = {"up": -across, "down": across, "left": -1, "right": 1}[where]
        if where in ("up", "down"):
            at = at + by if 0 <= at + by < count else at
        elif 0 <= at % across + by < across and at + by < count:
            at += by
        elif 0 <= index + by < len(columns):
            middle = slots[index].middle(at) if index in slots else None
            index += by
            at = self._nearest(index, middle, last=by < 0)
        return Unit(columns[index].layer, columns[index].units[at].index)

    def _nearest(self, index: int, middle: int | None, *, last: bool) -> int:
        """The place of the unit of a column whose tile is nearest to a row, at one of its edges."""
        slot = self.arrangement.slots.get(index)
        if slot is None or middle is None:
            return 0
        places = range(slot.first, slot.first + slot.units)

        def far(at: int) -> tuple[int, int]:
            row = slot.middle(at) if slot is not None else None
            column = (at - slot.first) % slot.across if slot is not None else 0
            return abs((row or 0) - middle), -column if last else column

        return min(places, key=far)

    def rows(self) -> list[Text]:
        """As many rows as there is room for."""
        if self.width < 4 or self.height < 2:
            return self._named()
        canvas = [[BLANK] * self.width for _ in range(self.height)]
        slots = self.arrangement.slots
        self._name(canvas)
        for index, slot in slots.items():
            self._tiles(canvas, index, slot)
        for wires in self.inside.wires:
            self._wires(canvas, wires)
        self._frame(canvas)
        return [row_of(line) for line in canvas]

    def _place(self, unit: Unit | None) -> tuple[int, int]:
        """The column of a unit, and its place in it; the output's first where there is none."""
        columns = self.inside.columns
        if unit is not None:
            for index, column in enumerate(columns):
                for position, one in enumerate(column.units):
                    if column.layer == unit.layer and one.index == unit.index:
                        return index, position
        return len(columns) - 1, 0

    def _named(self) -> list[Text]:
        """What is chosen, where nothing can be drawn."""
        from engine.runs.inside import Unit

        index, position = self._place(self.chosen)
        column = self.inside.columns[index]
        name = unit_name(self.inside, Unit(column.layer, column.units[position].index))
        return [Text(fit(name, self.width, self.look.ascii))] if self.height else []

    def _name(self, canvas: list[list[Glyph]]) -> None:
        """What each column is, and how much of it is seen."""
        slots = [*self.arrangement.slots.items()]
        last = len(self.inside.columns) - 1
        taken = 0
        for place, (index, slot) in enumerate(slots):
            column = self.inside.columns[index]
            after = slots[place + 1][1].x if place + 1 < len(slots) else self.width
            left = taken
            room = min(after, self.width) - left - (1 if place + 1 < len(slots) else 0)
            text = self._heading(column, slot, first=index > 0 and not place,
                                 last=index < last and place + 1 == len(slots))  # fmt: skip
            text = fit(text, max(room, 0), self.look.ascii)
            x = slot.x + (slot.width - cell_len(text)) // 2
            x = max(left, min(x, left + room - cell_len(text)))
            _write(canvas, x, 0, text, self.look.paint(SECONDARY))
            taken = x + cell_len(text) + 1

    def _heading(self, column: Column, slot: Slot, *, first: bool, last: bool) -> str:
        text = column_name(column)
        if slot.units < column.num_units:
            most = "top " if column.is_ranked else ""  # the strongest
            text = f"{most}{slot.units}/{column.num_units:,} {text}"
        return f"{'< ' if first else ''}{text}{' >' if last else ''}"

    def _tiles(self, canvas: list[list[Glyph]], index: int, slot: Slot) -> None:
        column = self.inside.columns[index]
        most = max((abs(unit.value or 0.0) for unit in column.units), default=0.0) or 1.0
        is_dot = _form(column) == "dot"
        for position, unit in enumerate(column.units):
            place = slot.place(position)
            if place is None:
                continue
            value = (unit.value or 0.0) / most if is_dot else None
            glyphs = tile_glyphs(
                unit.tile, *slot.tile, self.look, value=value, is_silenced=unit.is_silenced
            )
            for y, line in enumerate(glyphs):
                _put(canvas, place[0], place[1] + y, line)
            self._label(canvas, slot, unit, place)

    def _label(
        self, canvas: list[list[Glyph]], slot: Slot, unit: UnitTile, place: tuple[int, int]
    ) -> None:
        if not slot.label or not unit.name:
            return
        text = fit(unit.name, slot.label, self.look.ascii)
        x, y = place
        if slot.has_label_beside:
            x += slot.tile[0] + 1
        else:
            wide = slot.width if slot.across == 1 else slot.tile[0]
            x += max(0, (min(slot.tile[0], wide) - cell_len(text)) // 2)
            y += slot.tile[1]
        _write(canvas, x, y, text, Style())

    def _wires(self, canvas: list[list[Glyph]], wires: Wires) -> None:
        """Lines where two columns are neighbors; marks beside tiles of a grid."""
        source, target = (
            self.arrangement.slots.get(index) for index in (wires.source, wires.target)
        )
        columns = self.inside.columns
        ends = columns[wires.source], columns[wires.target]
        places = [{unit.index: at for at, unit in enumerate(end.units)} for end in ends]
        most = max((abs(wire.weight) for wire in wires.wires if wire.weight), default=0.0) or 1.0
        lines: dict[tuple[int, int, bool], float] = {}
        for wire in wires.wires:
            if wire.weight is None or wire.source not in places[0] or wire.target not in places[1]:
                continue
            share = wire.weight / most
            own = self._own(ends, wire.source, wire.target)
            rows = (
                source.middle(places[0][wire.source]) if source else None,
                target.middle(places[1][wire.target]) if target else None,
            )
            if own:
                self._marks(canvas, source, places[0][wire.source], own == "target", share)
                self._marks(canvas, target, places[1][wire.target], own == "source", share)
            if rows[0] is not None and rows[1] is not None:
                key = rows[0], rows[1], bool(own)
                lines[key] = max(lines.get(key, 0.0), share, key=abs)
        if source is None or target is None or target.x <= source.end:
            return
        if any(source.end < slot.x < target.x for slot in self.arrangement.slots.values()):
            return  # what a block passes by has marks only
        left, right = source.end + 1, target.x - 1
        drawn = [Line(*rows[:2], weight, rows[2]) for rows, weight in lines.items()]
        for (x, y), glyph in lane(drawn, right - left, self.height, self.look).items():
            if y >= HEADINGS:
                _put(canvas, left + x, y, [glyph])

    def _own(self, ends: tuple[Column, Column], source: int, target: int) -> str:
        """Which end of a wire is what is chosen; empty for neither."""
        if self.chosen is None:
            return ""
        if (ends[0].layer, source) == (self.chosen.layer, self.chosen.index):
            return "source"
        if (ends[1].layer, target) == (self.chosen.layer, self.chosen.index):
            return "target"
        return ""

    def _marks(
        self,
        canvas: list[list[Glyph]],
        slot: Slot | None,
        position: int,
        is_other: bool,
        share: float,
    ) -> None:
        place = slot.place(position) if slot is not None and slot.across > 1 else None
        if slot is None or place is None or not is_other:
            return
        x, y = place[0] + slot.tile[0], place[1] + (slot.tile[1] - 1) // 2
        _put(canvas, x, y, [mark(share, self.look)])

    def _frame(self, canvas: list[list[Glyph]]) -> None:
        """Mark what is chosen on both sides."""
        if self.chosen is None:
            return
        index, position = self._place(self.chosen)
        slot = self.arrangement.slots.get(index)
        place = slot.place(position) if slot is not None else None
        if slot is None or place is None:
            return
        style = self.look.paint(ATTENTION if self.is_active else SECONDARY, bold=True)
        left, right = self.look.pick("▐", "["), self.look.pick("▌", "]")
        if not self.look.half_blocks:
            left, right = "[", "]"
        for y in range(place[1], place[1] + slot.tile[1]):
            _put(canvas, place[0] - 1, y, [(left, style)])
            _put(canvas, place[0] + slot.tile[0], y, [(right, style)])


def legend(look: Look) -> Text:
    """What lines and colors mean."""
    return Text.assemble(
        (look.pick("━", "-"), line_style(3, look)), " up  ",
        (look.pick("┅", ":"), line_style(-3, look)), " down",
    )  # fmt: skip


def _put(canvas: list[list[Glyph]], x: int, y: int, glyphs: list[Glyph]) -> None:
    """Characters into a row, as far as there is one."""
    if 0 <= y < len(canvas):
        for at, glyph in enumerate(glyphs, start=x):
            if 0 <= at < len(canvas[y]):
                canvas[y][at] = glyph


def _write(canvas: list[list[Glyph]], x: int, y: int, text: str, style: Style) -> None:
    """A text into a row; a character that is two wide leaves the next one out."""
    glyphs: list[Glyph] = []
    for character in text:
        glyphs.append((character, style))
        if cell_len(character) == 2:
            glyphs.append(("", style))
    _put(canvas, x, y, glyphs)
