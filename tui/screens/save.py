"""Asks under which name to save."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.language import tr
from tui.renderables.palette import BROKEN
from tui.renderables.sanitize import plain
from tui.screens.confirm import ConfirmScreen
from tui.screens.host import host

Ask = Callable[[str], str]
"""A sentence about a name, empty where there is nothing to say."""
KEYS = "enter saves, esc goes back"


def nothing(name: str) -> str:
    """There is nothing to say of any name."""
    return ""


class SaveScreen(ModalScreen[str | None]):
    """Returns the name that was typed, or None.

    problem: what is wrong with a name; it is said while it is typed, and not returned.
    replaced: the question to ask before something of that name is overwritten.
    """

    DEFAULT_CSS = """
    SaveScreen { align: center middle; }
    SaveScreen > Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    SaveScreen Static { height: 1; }
    SaveScreen #hint { height: auto; max-height: 3; }
    SaveScreen.-low #hint { max-height: 1; }
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

    def __init__(
        self,
        suggested: str,
        *,
        title: str = "Save as",
        problem: Ask = nothing,
        replaced: Ask = nothing,
    ) -> None:
        super().__init__()
        self._suggested = suggested
        self._title = title
        self._problem = problem
        self._replaced = replaced

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(plain(tr(self._title), host(self).look.ascii), markup=False)
            yield Input(self._suggested, select_on_focus=False)
            yield Static(tr(KEYS), id="hint", markup=False)

    def on_mount(self) -> None:
        self.set_class(host(self).look.ascii, "-ascii")

    def on_input_changed(self, event: Input.Changed) -> None:
        name = event.value.strip()
        self._say(self._problem(name) if name else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        problem = self._problem(name) if name else tr("Type a name first, or press esc.")
        self._say(problem)
        if not problem:
            self._give(name)

    @work(group="give", exclusive=True, exit_on_error=False)
    async def _give(self, name: str) -> None:
        question = self._replaced(name)
        if question and not await self.app.push_screen_wait(
            ConfirmScreen(question, tr("Replace it"))
        ):
            return
        if self.is_current:  # a second key may arrive while it closes
            self.dismiss(name)

    def _say(self, problem: str) -> None:
        """What is wrong with the name, or the keys."""
        look = host(self).look
        text = Text(tr(KEYS))
        if problem:
            sign = look.pick("✗", "!")
            text = Text(f"{sign} {plain(problem, look.ascii)}", look.paint(BROKEN))
        self.query_one("#hint", Static).update(text)

    def action_back(self) -> None:
        """Save nothing."""
        if self.is_current:
            self.dismiss(None)
