"""Rows of text as high as they need, inside something that scrolls."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.geometry import Size

from tui.widgets.curve_cursor import CurveCursor
from tui.widgets.rows import RowsView

MakeRows = Callable[[int], list[Text]]
"""The rows for a width in cells."""


class Page(RowsView):
    """Shows what it was last given for its width; its height follows."""

    DEFAULT_CSS = "Page { height: auto; width: 1fr; }"

    def __init__(self, make: MakeRows | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make = make
        self._made: tuple[int, list[Text]] | None = None

    def show(self, make: MakeRows) -> None:
        """Show other rows from now on."""
        self._make = make
        self._made = None
        self.refresh(layout=True)
        self.remake()

    def rows(self, width: int) -> list[Text]:
        """The rows for a width, made once."""
        if self._made is None or self._made[0] != width:
            self._made = (width, self._make(width) if self._make and width > 0 else [])
        return self._made[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(width))

    def make_rows(self, width: int, height: int) -> list[Text]:
        return self.rows(width)

    def notify_style_update(self) -> None:
        self._made = None
        super().notify_style_update()
        if self.is_mounted:
            self.refresh(layout=True)


class CurvePage(Page, CurveCursor):
    """A page with a chart: what makes its rows asks for `at`, where its cursor is."""

    def chart_rows(self) -> list[Text]:
        return self.rows(self.size.width)

    def redraw(self) -> None:
        self._made = None
        self.remake()
