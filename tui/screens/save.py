"""Asks under which name to save."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.renderables.sanitize import plain
from tui.screens.host import host


class SaveScreen(ModalScreen[str | None]):
    """Returns the name that was typed, or None."""

    DEFAULT_CSS = """
    SaveScreen { align: center middle; }
    SaveScreen > Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    SaveScreen Static { height: 1; }
    SaveScreen Input, SaveScreen Input:focus {
        border: none; height: 1; padding: 0; background: $boost;
    }
    SaveScreen #hint { color: $text-muted; }
    SaveScreen.-ascii > Vertical { border: ascii $primary; }
    SaveScreen.-low > Vertical { border: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (8, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("escape", "back", "Back", show=False)
    ]

    def __init__(self, suggested: str, *, title: str = "Save as") -> None:
        super().__init__()
        self._suggested = suggested
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title, host(self).look.ascii), markup=False)
            yield Input(self._suggested, select_on_focus=False)
            yield Static("enter saves, esc goes back", id="hint", markup=False)

    def on_mount(self) -> None:
        self.set_class(host(self).look.ascii, "-ascii")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if name and self.is_current:  # a second key may arrive while it closes
            self.dismiss(name)
        else:
            self.query_one("#hint", Static).update("Type a name first, or press esc.")

    def action_back(self) -> None:
        """Save nothing."""
        if self.is_current:
            self.dismiss(None)
