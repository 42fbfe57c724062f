"""Where a digit is drawn: keys move a pen, the mouse is one."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION, Hue
from tui.renderables.runs import Glyph, row_of
from tui.widgets.cursor_rows import LEFT
from tui.widgets.rows import RowsView

INK, EDGE = 255, 160
"""Of the pen: a stroke, and what is beside it."""
MOST_SIDE, USUAL_SIDE = 32, 28
_BLACK, _WHITE = Hue((20, 20, 24), "black"), Hue((240, 240, 240), "bright_white")
_GRAY = Hue((150, 150, 155), "white")


def canvas_side(side: int) -> int:
    """How many pixels a picture of so many is drawn with: about as many as MNIST's."""
    return min(side * max(1, round(USUAL_SIDE / side)), MOST_SIDE)


class Canvas(RowsView, can_focus=True):
    """So many pixels, drawn in half blocks, or two columns each where there is room."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        *[Binding(key, f"move({x}, {y})", show=False) for key, x, y in (
            ("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1),
        )],
        Binding("space", "pen", "Pen down or up", key_display="space"),
        Binding("e", "eraser", "Eraser"),
        Binding("c", "clear", "Clear"),
    ]  # fmt: skip

    class Drawn(Message):
        """The drawing is another."""

    def __init__(self, rows: int, columns: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows, self.columns = rows, columns
        self.is_wide = False
        """Whether each pixel has two columns."""
        self._pixels = bytearray(rows * columns)
        self.x, self.y = columns // 2, rows // 2
        self._tool = ""
        """`pen` or `eraser` while it is down."""
        self._has_mouse = False

    @property
    def pixels(self) -> bytes:
        """Row by row, 255 where there is ink."""
        return bytes(self._pixels)

    @property
    def state(self) -> str:
        """What the arrows do now, in words."""
        return {"pen": "the pen is down", "eraser": "the eraser is down"}.get(self._tool, "")

    def take(self, pixels: bytes) -> None:
        """Show another drawing; pixels: as many as there are."""
        self._pixels = bytearray(pixels)
        self._changed()

    def action_move(self, x: int, y: int) -> None:
        """Move by one pixel, drawing where the pen is down."""
        self._go(self.x + x, self.y + y)

    def action_pen(self) -> None:
        """Put the pen down, or up again."""
        self._take_tool("pen")

    def action_eraser(self) -> None:
        """Put the eraser down, or up again."""
        self._take_tool("eraser")

    def action_clear(self) -> None:
        """Begin with an empty canvas."""
        self._tool = ""
        self.take(bytes(len(self._pixels)))

    def on_mouse_down(self, event: MouseDown) -> None:
        self.capture_mouse()
        self._has_mouse = True
        self.x, self.y = self._at(event.x, event.y)
        self._tool = "pen" if event.button == LEFT else "eraser"
        self._touch()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._has_mouse:
            self._line(*self._at(event.x, event.y))

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._has_mouse:
            self.release_mouse()
            self._has_mouse, self._tool = False, ""
            self._changed()

    def make_rows(self, width: int, height: int) -> list[Text]:
        if self.is_wide:
            return [row_of(self._glyph(x, y, y, 2) for x in range(self.columns))
                    for y in range(self.rows)]  # fmt: skip
        return [
            row_of(self._glyph(x, y, min(y + 1, self.rows - 1), 1) for x in range(self.columns))
            for y in range(0, self.rows, 2)
        ]

    def _glyph(self, x: int, upper: int, lower: int, columns: int) -> Glyph:
        values = [self._pixels[y * self.columns + x] for y in (upper, lower)]
        cursor = [self.x == x and self.y == y for y in (upper, lower)]
        if self.look.half_blocks:
            top, bottom = (
                ATTENTION if here else _hue(value)
                for here, value in zip(cursor, values, strict=True)
            )
            same = top == bottom
            return (" " if same else "▀") * columns, self.look.paint(None if same else top, bottom)
        return _plain(values, self.look) * columns, Style(reverse=any(cursor) or None)

    def _take_tool(self, tool: str) -> None:
        self._tool = "" if self._tool == tool else tool
        self._touch()

    def _go(self, x: int, y: int) -> None:
        self.x = min(max(x, 0), self.columns - 1)
        self.y = min(max(y, 0), self.rows - 1)
        self._touch()

    def _line(self, x: int, y: int) -> None:
        """Draw to a pixel: the mouse may have left some out."""
        steps = max(abs(x - self.x), abs(y - self.y))
        start_x, start_y = self.x, self.y
        for step in range(1, steps + 1):
            self.x = start_x + round((x - start_x) * step / steps)
            self.y = start_y + round((y - start_y) * step / steps)
            self._mark()
        if steps:
            self._changed()

    def _touch(self) -> None:
        self._mark()
        self._changed()

    def _mark(self) -> None:
        """Leave ink where the pen is, or take it away."""
        for y in range(max(self.y - 1, 0), min(self.y + 2, self.rows)):
            for x in range(max(self.x - 1, 0), min(self.x + 2, self.columns)):
                place = y * self.columns + x
                distance = abs(x - self.x) + abs(y - self.y)
                if self._tool == "eraser":
                    self._pixels[place] = 0
                elif self._tool == "pen" and distance < 2:
                    ink = INK if not distance else EDGE
                    self._pixels[place] = max(self._pixels[place], ink)

    def _at(self, x: int, y: int) -> tuple[int, int]:
        """The pixel of a cell."""
        column, row = (x // 2, y) if self.is_wide else (x, 2 * y)
        return min(max(column, 0), self.columns - 1), min(max(row, 0), self.rows - 1)

    def _changed(self) -> None:
        self.remake()
        self.post_message(self.Drawn())


def _hue(value: int) -> Hue:
    return _WHITE if value > EDGE else _GRAY if value > EDGE // 2 else _BLACK


def _plain(values: list[int], look: Look) -> str:
    """Two pixels above one another without color."""
    top, bottom = (value > EDGE // 2 for value in values)
    signs = look.pick(" ▄▀█", " .'#")
    return signs[2 * top + bottom]
