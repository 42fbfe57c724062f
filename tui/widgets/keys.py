"""A footer: keys in the order of their use, as many as there is room for, in one row or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen

from tui.language import tr
from tui.widgets.rows import RowsView

PINNED = ("actions", "help", "quit_asking")
"""Actions that are always seen, at the end."""

ROOMY, ENOUGH = 22, 100
"""From so many rows on there is one to spare; from so many columns on one row is enough."""
MANY = 8
"""Actions that one row holds."""
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
        return cell_len(self.before) + cell_len(self.text) + 1


class Keys(RowsView):
    """Shows the keys of these actions that can be pressed now; a click presses one."""

    DEFAULT_CSS = """
    Keys {
        height: auto; background: $footer-background; color: $footer-description-foreground;
        & > .keys--key { color: $footer-key-foreground; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key"}

    run_text: reactive[str] = reactive("", repaint=False)
    """What the key that trains does now; empty: as its binding says."""

    def __init__(self, actions: Sequence[str]) -> None:
        super().__init__()
        self._actions = actions
        self._ends: list[list[tuple[int, str]]] = []
        """Where each shown key ends, and the key; a list for each row."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self.remake()

    def watch_run_text(self) -> None:
        self.remake()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Two rows where one has no room for all that is done often, and there is one to spare."""
        is_roomy = self.app.size.height >= ROOMY and width < ENOUGH
        return 2 if is_roomy and len(self._actions) > MANY else 1

    def make_rows(self, width: int, height: int) -> list[Text]:
        style = self.get_component_rich_style("keys--key", partial=True)
        rows, self._ends = [], []
        for hints in self._in_rows(width, max(height, 1)):
            row, ends = Text(no_wrap=True), []
            for hint in hints:
                row.append(hint.before, style).append(f"{hint.text} ")
                ends.append((row.cell_len, hint.key))
            row.truncate(width)
            rows.append(row)
            self._ends.append(ends)
        return rows

    def _in_rows(self, width: int, height: int) -> list[list[Hint]]:
        """As many hints as fit; the pinned ones end the last row."""
        hints = self._hints()
        pinned = [hints[name] for name in PINNED if name in hints]
        rows: list[list[Hint]] = [[] for _ in range(height)]
        rooms = [width] * height
        rooms[-1] -= sum(hint.width for hint in pinned)
        row = 0
        for hint in (hints[name] for name in self._actions if name in hints):
            while row < height and hint.width > rooms[row]:
                row += 1
            if row == height:
                break
            rows[row].append(hint)
            rooms[row] -= hint.width
        rows[-1] += pinned
        return rows

    def _hints(self) -> dict[str, Hint]:
        """What can be pressed now, by action."""
        hints: dict[str, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and (binding.show or binding.action not in hints):
                label = self.app.get_key_display(binding)
                label = LABELS.get(label, label)
                hints[binding.action] = Hint(binding.key, label, tr(binding.description))
        if self.run_text and (hint := hints.get("run_or_pause")):
            hints["run_or_pause"] = hint._replace(text=self.run_text)
        return hints

    async def on_click(self, event: Click) -> None:
        ends = self._ends[event.y] if event.y < len(self._ends) else []
        for end, key in ends:
            if event.x < end:
                self.app.simulate_key(key)
                return

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.call_after_refresh(self.remake)
