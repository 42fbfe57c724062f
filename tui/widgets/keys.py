"""The workbench's footer: its keys in the order of their use, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.screen import Screen

from tui.widgets.rows import RowsView

PINNED = ("actions", "help", "quit_asking")
"""Actions that are always seen, at the end."""


LABELS = {"⏎": "enter", "^space": ""}
"""Keys as people call them; a menu is what the mouse is for, so it is its word alone."""


class Hint(NamedTuple):
    """A key and what it does."""

    key: str
    label: str
    """The key as people call it."""
    text: str

    @property
    def before(self) -> str:
        """The key with the spaces around it."""
        return f" {self.label} " if self.label else " "

    @property
    def width(self) -> int:
        """Columns with the spaces around."""
        return len(self.before) + len(self.text) + 1


class Keys(RowsView):
    """Shows the keys of these actions that can be pressed now; a click presses one."""

    DEFAULT_CSS = """
    Keys {
        height: 1; background: $footer-background; color: $footer-description-foreground;
        & > .keys--key { color: $footer-key-foreground; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key"}

    run_text: reactive[str] = reactive("", repaint=False)
    """What the key that trains does now; empty: as its binding says."""

    def __init__(self, actions: Sequence[str]) -> None:
        super().__init__()
        self._actions = actions
        self._ends: list[tuple[int, str]] = []
        """Where each shown key ends, and the key."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self.remake()

    def watch_run_text(self) -> None:
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        style = self.get_component_rich_style("keys--key", partial=True)
        hints = self._hints()
        pinned = [hints[name] for name in PINNED if name in hints]
        room = width - sum(hint.width for hint in pinned)
        shown: list[Hint] = []
        for hint in (hints[name] for name in self._actions if name in hints):
            room -= hint.width
            if room < 0:
                break
            shown.append(hint)
        line = Text(no_wrap=True)
        self._ends = []
        for hint in [*shown, *pinned]:
            line.append(hint.before, style).append(f"{hint.text} ")
            self._ends.append((line.cell_len, hint.key))
        line.truncate(width)
        return [line]

    def _hints(self) -> dict[str, Hint]:
        """What can be pressed now, by action."""
        hints: dict[str, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and (binding.show or binding.action not in hints):
                label = self.app.get_key_display(binding)
                label = LABELS.get(label, label)
                hints[binding.action] = Hint(binding.key, label, binding.description)
        if self.run_text and (hint := hints.get("run_or_pause")):
            hints["run_or_pause"] = hint._replace(text=self.run_text)
        return hints

    async def on_click(self, event: Click) -> None:
        for end, key in self._ends:
            if event.x < end:
                self.app.simulate_key(key)
                return

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.call_after_refresh(self.remake)
