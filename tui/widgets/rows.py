"""A widget that shows rows of text and repaints only the cells that changed."""

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

JOIN_CELLS = 6
"""Changed runs that lie closer than this are painted as one: moving the cursor costs as much."""


class RowsView(Widget):
    """Shows what `make_rows` gives for its size.

    Call `remake` when the data changes; size and theme are looked after here.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []

    @property
    def look(self) -> Look:
        """What the terminal can show."""
        look = getattr(self.app, "look", None)
        return look if isinstance(look, Look) else Look()

    def make_rows(self, width: int, height: int) -> list[Text]:
        """The rows for a size in cells; more than fit are cut."""
        raise NotImplementedError

    def remake(self) -> None:
        """Make the rows anew and repaint what differs."""
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
        self.remake()
        self.refresh()


def _strip(row: Text, width: int, style: Style, widget: Widget) -> Strip:
    segments = list(row.render(widget.app.console))
    return Strip(Segment.apply_style(segments, style)).adjust_cell_length(width, style)


def _changed(before: list[Strip], after: list[Strip], width: int) -> Iterator[Region]:
    for y, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None:
            yield Region(0, y, width, 1)
        elif old != new:
            for start, end in _runs(_cells(old, width), _cells(new, width)):
                yield Region(start, y, end - start, 1)


def _cells(strip: Strip, width: int) -> list[tuple[str, Style | None]]:
    """Each cell's character and style; a wide character stands in both of its cells."""
    cells: list[tuple[str, Style | None]] = []
    for text, style, _ in strip:
        for character in text:
            segment = Segment(character)
            cells += [(character, style)] * segment.cell_length
    return cells[:width]


def _runs(
    old: list[tuple[str, Style | None]], new: list[tuple[str, Style | None]]
) -> Iterator[tuple[int, int]]:
    """Runs of cells that differ, as (start, end), near ones joined."""
    start = end = -1
    for index, (one, other) in enumerate(zip_longest(old, new)):
        if one == other:
            continue
        if start < 0:
            start = index
        elif index - end > JOIN_CELLS:
            yield start, end
            start = index
        end = index + 1
    if start >= 0:
        yield start, end
