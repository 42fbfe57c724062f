"""A view of a training that may have more rows than there is room for."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.events import MouseScrollDown, MouseScrollUp

from tui.live.snapshot import Snapshot
from tui.widgets.snapshot_view import SnapshotView

_MARGIN = 2
"""Columns at the right where arrows say that there is more."""
_WHEEL = 2
"""Rows that a turn of the wheel moves."""


class ScrolledView(SnapshotView):
    """Shows as many rows as fit, with arrows where there are more, for keys and the wheel."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Further up", show=False),
        Binding("pagedown", "page(1)", "Further down", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._top = 0
        self._total = 0

    def all_rows(self, width: int, height: int) -> list[Text]:
        """Every row, for a size in cells."""
        raise NotImplementedError

    def make_rows(self, width: int, height: int) -> list[Text]:
        rows = self.all_rows(width, height)
        self._total = len(rows)
        self._top = max(0, min(self._top, self._total - height))
        seen = rows[self._top : self._top + height]
        if self._top:
            seen[0] = self._with_arrow(seen[0], width, self.look.pick("↑", "^"))
        if self._top + height < self._total:
            seen[-1] = self._with_arrow(seen[-1], width, self.look.pick("↓", "v"))
        return seen

    def watch_snapshot(self, before: Snapshot, after: Snapshot) -> None:
        if before.started is not after.started:
            self._top = 0  # another training
        super().watch_snapshot(before, after)

    def move(self, by: int) -> None:
        """Show rows further down, or further up."""
        top = max(0, min(self._top + by, self._total - self.size.height))
        if top != self._top:
            self._top = top
            self.remake()

    def action_move(self, by: int) -> None:
        """Show rows further down, or further up."""
        self.move(by)

    def action_page(self, by: int) -> None:
        """Show the next rows, or those before."""
        self.page(by)

    def page(self, by: int) -> None:
        """Move by as many rows as are seen."""
        self.move(by * max(1, self.size.height - 1))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.move(-_WHEEL)

    def _with_arrow(self, row: Text, width: int, arrow: str) -> Text:
        row = row.copy()
        row.truncate(max(width - _MARGIN, 0), overflow="crop")
        row.append(" " * max(0, width - 1 - row.cell_len))
        return row.append(arrow, Style(dim=True))
