"""A widget that shows rows of text and repaints only those that changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.console import Console
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
        strips = [
            strip_of(row, width, style, self.app.console)
            for row in self.make_rows(width, height)[:height]
        ]
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


def strip_of(row: Text, width: int, style: Style, console: Console) -> Strip:
    """A row as cells of this width; style: below its own."""
    segments = _in_order(row, style) or row_rendered(row, style, console)
    return Strip(segments).adjust_cell_length(width, style)


def row_rendered(row: Text, style: Style, console: Console) -> list[Segment]:
    """The row's segments, whatever its spans are."""
    return list(Segment.apply_style(row.render(console), style))


def _in_order(row: Text, style: Style) -> list[Segment]:
    """The same of a row whose spans follow one another, as most rows' do; empty for others.

    rich sorts the ends of all spans and combines what overlaps, for each row anew: half of the time
    that a picture of the network took.
    """
    segments: list[Segment] = []
    below, plain, at = style, row.plain, 0
    if row.spans and row.style:  # without a span rich leaves the row's own style out
        if not isinstance(row.style, Style):
            return []
        below = style + row.style
    for start, end, own in row.spans:
        if start < at or not isinstance(own, Style):
            return []
        if start > at:
            segments.append(Segment(plain[at:start], below))
        if end > start:
            segments.append(Segment(plain[start:end], below + own))
        at = end
    if at < len(plain):
        segments.append(Segment(plain[at:], below))
    return segments


def _changed(before: list[Strip], after: list[Strip], width: int) -> Iterator[Region]:
    """The rows that differ; which of their cells do, the terminal's driver finds."""
    for y, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None or old != new:
            yield Region(0, y, width, 1)
