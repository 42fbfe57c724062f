"""What can be done with what is under the cursor: a menu, for the mouse and for who looks."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static

from tui.language import tr
from tui.renderables.sanitize import fit, padded, plain
from tui.screens.declared import Key, declared, do
from tui.screens.host import host
from tui.widgets.option_rows import OptionRows

_MOVES = ("move_cursor", "cursor_", "scroll_", "page_", "first", "last", "next_pane", "pane")
"""Actions that only lead elsewhere, by the beginning of their names."""

_FRAME = 3
"""Rows of the border and the title."""


class ActionsScreen(ModalScreen[None]):
    """The actions of what has the focus, then those of its screen; enter or a click does one."""

    DEFAULT_CSS = """
    ActionsScreen { align: center middle; }
    ActionsScreen > Vertical {
        width: 52; max-width: 100%; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    ActionsScreen Static { height: 1; }
    ActionsScreen OptionList {
        height: 1fr; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
    }
    ActionsScreen OptionList:focus { border: none; background-tint: $foreground 0%; }
    ActionsScreen OptionList > .option-list--option { padding: 0; }
    ActionsScreen.-ascii > Vertical { border: ascii $primary; }
    ActionsScreen.-low > Vertical { border: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (12, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [Binding("escape", "close", "Back")]  # noqa: RUF012  # Textual declares it so

    def __init__(self, keys: list[Key]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(tr("What can be done here"), markup=False)
            yield OptionRows(*map(self._row, self._keys))

    def on_mount(self) -> None:
        self.set_class(host(self).look.ascii, "-ascii")
        self.query_one(Vertical).styles.height = len(self._keys) + _FRAME
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        key = self._keys[event.option_index]
        if not key.is_usable:
            self.app.notify(plain(key.why_not), markup=False)
        elif self.is_current:
            self.dismiss()
            self.app.call_later(do, self.app, key)

    def action_close(self) -> None:
        """Do nothing."""
        if self.is_current:
            self.dismiss()

    def _row(self, key: Key) -> Text:
        usable = key.is_usable
        row = Text(padded(fit(key.label, 12, host(self).look.ascii), 13), Style(bold=usable))
        row.append(key.does, Style(dim=not usable, bold=False))
        return row


def actions_at(app: App[object]) -> list[Key]:
    """What can be done with what has the focus, then what its screen offers, then the app.

    What can't be done now comes last: there it says why.
    """
    nodes: list[DOMNode] = [node for node in (app.focused, app.screen, app) if node is not None]
    keys: dict[str, Key] = {}
    for node in nodes:
        without = None if node is app else Screen
        for key in declared(app, node, type(node), without):
            name = key.action.rpartition(".")[2]
            if not name.startswith(_MOVES) and not name.startswith(("help_quit", "change_theme")):
                keys.setdefault(name, key)
    return sorted(keys.values(), key=lambda key: not key.is_usable)
