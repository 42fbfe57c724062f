"""The list of all commands, found by typing."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's own raises at a key that comes before its list does, or when that is gone.

    And at a page key where the list has no room for a single cell.
    """

    def _action_command_list(self, action: str) -> None:
        if any(one.scrollable_content_region.area for one in self.query(CommandList)):
            super()._action_command_list(action)

    def _action_cursor_down(self) -> None:
        if self.query(CommandList):
            super()._action_cursor_down()

    def _watch__list_visible(self) -> None:
        if self.query(CommandList):
            super()._watch__list_visible()

    async def _watch__show_busy(self) -> None:
        if self.query(CommandList):
            await super()._watch__show_busy()
