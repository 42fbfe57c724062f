"""Asks for one number."""

from __future__ import annotations

import math

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.language import tr
from tui.renderables.sanitize import plain
from tui.screens.host import host

KEYS = "enter sets it   esc leaves it as it is"


class NumberScreen(ModalScreen[float | None]):
    """Returns the number that was typed, or None."""

    DEFAULT_CSS = """
    NumberScreen { align: center middle; }
    NumberScreen > Vertical {
        width: 50; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    NumberScreen Static { height: 1; }
    NumberScreen Input, NumberScreen Input:focus {
        border: none; height: 1; padding: 0; background: $boost;
    }
    NumberScreen #hint { color: $text-muted; }
    NumberScreen.-ascii > Vertical { border: ascii $primary; }
    NumberScreen.-low > Vertical { border: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (8, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("escape", "back", "Back", show=False)
    ]

    def __init__(self, title: str, now: float | None) -> None:
        super().__init__()
        self._title = title
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(self._title, host(self).look.ascii), markup=False)
            yield Input("" if self._now is None else f"{self._now:.6g}", select_on_focus=True)
            yield Static(tr(KEYS), id="hint", markup=False)

    def on_mount(self) -> None:
        self.set_class(host(self).look.ascii, "-ascii")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            number = float(event.value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.query_one("#hint", Static).update(tr("Type a number, like -0.5 or 2e-3."))
        elif self.is_current:
            self.dismiss(number)

    def action_back(self) -> None:
        """Leave it as it is."""
        if self.is_current:
            self.dismiss(None)
