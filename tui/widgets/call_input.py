"""Where a call is typed, or a program's lines are pasted."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import Input

from engine.spec.torch_code import as_line


class CallInput(Input):
    """An input whose pasted lines become one; Textual's takes the first only."""

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        start, end = self.selection
        self.replace(as_line(event.text), min(start, end), max(start, end))
