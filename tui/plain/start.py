"""Starts the dialogue from the command line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.live.following import Folders
from tui.plain.dialogue import Dialogue
from tui.terminal.printing import Terminal

if TYPE_CHECKING:  # the options bring the whole command line with them
    from tui.commands.options import Shared


def talk(shared: Shared, what: str | None) -> int:
    """Talk in lines on stdin and stdout; returns the exit code."""
    terminal = Terminal(ascii_only=shared.ascii)

    def say(text: str) -> None:
        terminal.line(text)
        terminal.console.file.flush()

    async def run() -> int:
        return await Dialogue(Folders(shared.runs, shared.data), say, terminal.look).run(what)

    return asyncio.run(run())
