"""A list of options that stands any size."""

from __future__ import annotations

from textual.events import Click
from textual.geometry import Size
from textual.widgets import OptionList

from tui.widgets.cursor_rows import RIGHT

PADDING = 2
"""Columns at most that an option keeps free."""


class OptionRows(OptionList):
    """An OptionList; Textual's own raises where it has no room for a single cell."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return super().get_content_height(container, viewport, width) if width > PADDING else 0

    def on_click(self, event: Click) -> None:
        """A right click only moves the cursor: what can be done there is another's to show."""
        if event.button == RIGHT:
            event.prevent_default()
            index = event.style.meta.get("option")
            if isinstance(index, int) and not self.get_option_at_index(index).disabled:
                self.focus()
                self.highlighted = index

    def action_page_up(self) -> None:
        if self.scrollable_content_region.area:
            super().action_page_up()  # type: ignore[no-untyped-call]  # as Textual has it

    def action_page_down(self) -> None:
        if self.scrollable_content_region.area:
            super().action_page_down()  # type: ignore[no-untyped-call]  # as Textual has it
