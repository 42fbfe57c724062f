"""A widget that shows rows of text and repaints only those that changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.renderables.look import Look


class RowsView(Widget):
    """Shows what `make_rows` gives for its size.

    Call `remake` when the data changes; size and theme are looked after here.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._is_stale = False
        """Whether the rows are about to be made anew."""

    @property
    def look(self) -> Look:
        """What the terminal can show."""
        look = getattr(self.app, "look", None)
        return look if isinstance(look, Look) else Look()

    def make_rows(self, width: int, height: int) -> list[Text]:
        """The rows for a size in cells; more than fit are cut."""
        raise NotImplementedError

    def remake(self) -> None:
        """Make the rows anew and repaint what differs: once, however much changes at a time."""
        if not self._is_stale:
            self._is_stale = True
            self.call_next(self._make_anew)

    def _make_anew(self) -> None:
        self._is_stale = False
        width, height = self.size
        if not width or not height or not self.is_mounted:
            return
        style = self.rich_style
        strips = [_strip(row, width, style, self) for row in self.make_rows(width, height)[:height]]
        before, self._strips = self._strips, strips
        regions = list(_changed(before, strips, width))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.rich_style)

    def on_resize(self, event: Resize) -> None:
        self._begin_anew()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._strips = []
        self._make_anew()
        self.refresh()


def _strip(row: Text, width: int, style: Style, widget: Widget) -> Strip:
    segments = list(row.render(widget.app.console))
    return Strip(Segment.apply_style(segments, style)).adjust_cell_length(width, style)


def _changed(before: list[Strip], after: list[Strip], width: int) -> Iterator[Region]:
    """The rows that differ; which of their cells do, the terminal's driver finds."""
    for y, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None or old != new:
            yield Region(0, y, width, 1)
