"""A list of options that stands any size."""

from __future__ import annotations

from textual.geometry import Size
from textual.widgets import OptionList

PADDING = 2
"""Columns at most that an option keeps free."""


class OptionRows(OptionList):
    """An OptionList; Textual's own raises where it has no room for a single cell."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return super().get_content_height(container, viewport, width) if width > PADDING else 0

    def action_page_up(self) -> None:
        if self.scrollable_content_region.area:
            super().action_page_up()  # type: ignore[no-untyped-call]  # as Textual has it

    def action_page_down(self) -> None:
        if self.scrollable_content_region.area:
            super().action_page_down()  # type: ignore[no-untyped-call]  # as Textual has it
