"""A place on a chart's x axis that follows the mouse, for views that draw one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.events import Leave, MouseMove
from textual.reactive import reactive
from textual.widget import Widget

from tui.renderables.chart import share_at


class CurveCursor(Widget):
    """Mixed into a view of rows, behind it: Textual finds a widget by its first base only.

    `at` is where the mouse is over its chart, None beside it.
    """

    at: reactive[float | None] = reactive(None, repaint=False)
    """0 at the left end of the axis, 1 at the right."""

    def chart_rows(self) -> Sequence[Text]:
        """The rows that are drawn now."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw with `at` as it is."""
        raise NotImplementedError

    def watch_at(self) -> None:
        self.redraw()

    def on_mouse_move(self, event: MouseMove) -> None:
        self.at = share_at(self.chart_rows(), event.x)

    def on_leave(self, event: Leave) -> None:
        self.at = None
