"""A screen that is a page: its title, rows that scroll, and its keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from tui.language import tr
from tui.renderables.sanitize import plain
from tui.screens.host import AppScreen
from tui.screens.page import CurvePage


class PageScreen(AppScreen):
    """Shows what its page is given; the page may have a chart, over which a cursor moves."""

    DEFAULT_CSS = """
    PageScreen #title { height: 1; background: $panel; padding: 0 1; }
    PageScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [Binding("escape", "back", "Back")]  # noqa: RUF012  # Textual declares it so

    def title_text(self) -> str:
        """What the screen is called, in a line."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Static(plain(tr(self.title_text()), self.host.look.ascii), id="title", markup=False)
        with VerticalScroll():
            yield CurvePage()
        yield Footer(show_command_palette=False)

    @property
    def page(self) -> CurvePage:
        """What is between title and keys."""
        return self.query_one(CurvePage)

    def on_screen_resume(self) -> None:
        self.query_one(VerticalScroll).focus()
