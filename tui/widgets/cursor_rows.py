"""A list with a cursor: rows that belong to items, scrolled so that the cursor is seen."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp
from textual.reactive import reactive

from tui.renderables.sanitize import crop
from tui.widgets.rows import RowsView

LEFT, RIGHT = 1, 3
"""The mouse's buttons."""
_MARGIN = 2
"""Columns at the right where arrows say that there is more."""


class Spot(NamedTuple):
    """Columns of a row that a click is meant for."""

    columns: range
    name: str
    """What is there, to whoever drew it."""


class Line(NamedTuple):
    """One row, and the index of the item that it belongs to; None for a heading."""

    text: Text
    item: int | None = None
    spots: tuple[Spot, ...] = ()


class CursorRows(RowsView):
    """Shows `lines` and moves a cursor over their items."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        *[Binding(key, "move_cursor(-1)", "Up", show=False) for key in ("up", "k")],
        *[Binding(key, "move_cursor(1)", "Down", show=False) for key in ("down", "j")],
        Binding("pageup", "move_cursor(-10)", "Page up", show=False),
        Binding("pagedown", "move_cursor(10)", "Page down", show=False),
        Binding("home", "move_cursor(-100000)", "First", show=False),
        Binding("end", "move_cursor(100000)", "Last", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The index of the item that keys act on."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._top = 0
        self._shown: list[Line] = []

    def num_items(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    def lines(self, width: int, height: int) -> list[Line]:
        """Every row at a width, also those that are scrolled out of sight."""
        raise NotImplementedError

    def picked(self) -> None:
        """The item under the cursor was clicked while the cursor was there."""

    def validate_cursor(self, cursor: int) -> int:
        return min(max(cursor, 0), max(self.num_items() - 1, 0))

    def watch_cursor(self) -> None:
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        room = max(width - _MARGIN, 0)
        lines = self.lines(room, height)
        own = [row for row, line in enumerate(lines) if line.item == self.cursor]
        if own:
            self._keep_seen(own[0] if self.cursor else 0, own[-1], height)
        self._top = max(0, min(self._top, len(lines) - height))
        return self._drawn(lines[self._top : self._top + height], len(lines), width)

    def _drawn(self, seen: list[Line], total: int, width: int) -> list[Text]:
        """The rows in sight, with arrows where there are more of them."""
        self._shown = seen
        rows = [crop(line.text, width, self.look.ascii) for line in seen]
        if self._top:
            rows[0] = self._with_arrow(rows[0], width, self.look.pick("↑", "^"))
        if self._top + len(seen) < total:
            rows[-1] = self._with_arrow(rows[-1], width, self.look.pick("↓", "v"))
        return rows

    def marked(self, row: Text, width: int, *, active: bool) -> Text:
        """A row of the item under the cursor, over the whole width."""
        style = Style(reverse=True) if active else Style(underline=True)
        if active:
            row = Text(row.plain)  # colors of its own would make a patchwork of it
        else:
            row = row.copy()
        row.append(" " * max(0, width - row.cell_len))
        row.stylize(style)
        return row

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor over the items."""
        self.cursor += by

    def item_at(self, row: int) -> int | None:
        """The index of the item that a row in sight belongs to."""
        return self._shown[row].item if 0 <= row < len(self._shown) else None

    def spot_at(self, column: int, row: int) -> str:
        """What is drawn to be clicked at a place; empty for nothing."""
        spots = self._shown[row].spots if 0 <= row < len(self._shown) else ()
        return next((spot.name for spot in spots if column in spot.columns), "")

    def on_click(self, event: Click) -> None:
        item = self.item_at(event.y)
        if item is None:
            return
        again = item == self.cursor and event.button == LEFT
        self.cursor = item
        if again:
            self.picked()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.cursor += 1

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.cursor -= 1

    def on_focus(self, event: Focus) -> None:
        self.remake()

    def on_blur(self, event: Blur) -> None:
        self.remake()

    def _keep_seen(self, first: int, last: int, height: int) -> None:
        self._top = max(self._top, last - height + 1)
        self._top = min(self._top, first)

    def _with_arrow(self, row: Text, width: int, arrow: str) -> Text:
        row = crop(row, max(width - _MARGIN, 0), self.look.ascii).copy()
        row.append(" " * max(0, width - 1 - row.cell_len))
        return row.append(arrow, Style(dim=True))
