"""A lesson's text where it will stand on the workbench, while what it is played on is loaded."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from tui.language import tr
from tui.learning.glance import Glance
from tui.learning.page import KEY, heading, page
from tui.messages import LessonChosen
from tui.renderables.sanitize import plain
from tui.screens.host import AppScreen
from tui.widgets.rows import RowsView


class _Words(RowsView):
    """The step as its pane will show it."""

    def __init__(self, glance: Glance) -> None:
        super().__init__()
        self._glance = glance

    def make_rows(self, width: int, height: int) -> list[Text]:
        return page(self._glance, width - 2, self.look).rows


class OpeningScreen(AppScreen):
    """Somebody reads while perceptui still imports; it gives way to the workbench by itself."""

    notes_step = False

    DEFAULT_CSS = """
    OpeningScreen #opening { height: 1; padding: 0 1; color: $text-muted; }
    OpeningScreen #room { height: 1fr; margin: 1 0; }
    OpeningScreen #frame {
        dock: bottom; width: 100%; height: 42%; border: round $accent;
        border-title-color: $accent; border-title-style: bold;
    }
    OpeningScreen #frame > * { height: 1fr; }
    OpeningScreen.-vast #frame { dock: left; width: 52; height: 100%; }
    OpeningScreen.-narrow #room, OpeningScreen.-tiny #room { margin: 2 0; }
    OpeningScreen.-narrow #frame, OpeningScreen.-tiny #frame { height: 100%; }
    OpeningScreen.-tiny #frame { border: none; }
    """

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  # Textual's own
        (0, "-tiny"),
        (40, "-narrow"),
        (100, "-wide"),
        (160, "-vast"),
    ]

    def __init__(self, glance: Glance, *, id: str) -> None:
        super().__init__(id=id)
        self._glance = glance

    def compose(self) -> ComposeResult:
        opening = tr("The workbench is being set up")
        yield Static(plain(opening, self.host.look.ascii), id="opening", markup=False)
        frame = Container(_Words(self._glance), id="frame")
        frame.border_title = f"{KEY} {heading(self._glance, self.host.look)}"
        yield Container(frame, id="room")

    def on_mount(self) -> None:
        self.call_after_refresh(self.app.post_message, LessonChosen(self._glance.lesson.name))
