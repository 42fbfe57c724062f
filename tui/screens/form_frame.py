"""The frame of every form: title, body, what is wrong, keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.errors import Problem
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION, BROKEN
from tui.renderables.sanitize import plain

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment
    from tui.editing.topics import Topic

Check = Callable[[str], Sequence[Problem]]
"""The problems that accepting a text would bring to the experiment as a whole."""
Taken = Callable[[str], "Experiment | None"]
"""The experiment that accepting a text would make; None where that is not valid."""


class Form(ModalScreen[str | None]):
    """A modal screen that gives a text, or None when it is left without one."""

    DEFAULT_CSS = """
    Form { align: center middle; }
    Form #frame { width: 100%; max-width: 100; height: 100%; max-height: 26;
                  border: round $primary; padding: 0 1; background: $surface; }
    Form.-ascii #frame { border: ascii $primary; }
    Form.-low #frame { border: none; }
    Form #title { height: 1; text-style: bold; }
    Form.-low #title, Form.-low #keys { display: none; }
    Form #told { height: auto; max-height: 6; }
    Form.-low #told { max-height: 2; }
    Form #keys { height: 1; color: $text-muted; }
    Form #body { height: 1fr; }
    Form #call { margin-bottom: 1; }
    Form.-low #call { margin-bottom: 0; }
    Form.-thin ParameterRow > .control { width: 1fr; margin-left: 11; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-high")]  # noqa: RUF012  # Textual's own
    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (50, "-wide")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("escape", "cancel", "Cancel"),
        Binding("enter", "accept", "Accept"),
        Binding("down", "next", "Next", show=False),
        Binding("up", "previous", "Previous", show=False),
        Binding("tab", "next_part", "Next", show=False),
        Binding("shift+tab", "previous", "Previous", show=False),
        Binding("f2", "app.explain", "Explain"),
    ]

    def topics(self) -> list[Topic]:
        """What is asked for."""
        return []

    @property
    def look(self) -> Look:
        """What the terminal can show."""
        look = getattr(self.app, "look", None)
        return look if isinstance(look, Look) else Look()

    def on_mount(self) -> None:
        self.set_class(self.look.ascii, "-ascii")

    def keys_text(self, *parts: str) -> str:
        """The line of keys, as the terminal can show it."""
        return self.look.pick(" · ", " - ").join(parts)

    def tell(self, help: str, problems: Sequence[str], remarks: Sequence[str]) -> None:
        """Say what is asked for, what is wrong, and what will not fit the rest."""
        look = self.look
        text = Text(plain(tr(help), look.ascii), Style(dim=True))
        for problem in problems:
            sign = look.pick("✗", "!")
            text.append(f"\n{sign} {plain(tr(problem), look.ascii)}", look.paint(BROKEN, bold=True))
        for remark in remarks:
            sign = look.pick("▲", "*")
            text.append(f"\n{sign} {plain(tr(remark), look.ascii)}", look.paint(ATTENTION))
        self.query_one("#told", Static).update(text)

    def answer(self, text: str | None) -> None:
        """Leave with this answer; only once, or a second key would close the screen below."""
        if self.is_current:
            self.dismiss(text)

    def on_input_submitted(self) -> None:
        # The input answers enter itself: so every key typed before it has arrived.
        self.action_accept()

    def action_cancel(self) -> None:
        """Leave without a change."""
        self.answer(None)

    def action_accept(self) -> None:
        """Take what is typed, when it is valid."""
        raise NotImplementedError

    def action_next(self) -> None:
        """Go to what comes next."""
        self.focus_next()

    def action_next_part(self) -> None:
        """Go to what comes next."""
        self.action_next()

    def action_previous(self) -> None:
        """Go to what came before."""
        self.focus_previous()
