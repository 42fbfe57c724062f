"""What the doctor finds: in the experiment as it is edited, and in the training under way."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from engine.doctor.finding import Finding
from engine.runs.events import LiveFinding
from tui.renderables.findings import findings
from tui.renderables.look import Look
from tui.renderables.table import heading, sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page

NOTHING = "Nothing."


class DoctorScreen(AppScreen):
    """Every finding with its severity, its place, what happens and why, and what would help."""

    DEFAULT_CSS = """
    DoctorScreen #title { height: 1; background: $panel; padding: 0 1; }
    DoctorScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("escape", "back", "Back"),
        Binding("d", "back", "Back", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield Static("What the doctor finds", id="title", markup=False)
        with VerticalScroll():
            yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        host = self.host
        edited = host.draft.findings()
        live = self.shown.findings
        epoch = max((finding.epoch for finding in live), default=0)
        self.query_one(Page).show(
            lambda width: list(rows(edited, live, epoch, width, self.host.look))
        )
        self.query_one(VerticalScroll).focus()


def rows(
    edited: list[Finding], live: tuple[LiveFinding, ...], epoch: int, width: int, look: Look
) -> Iterator[Text]:
    """The findings before and during training, each part under its heading."""
    yield heading("The experiment as it is edited", width, look)
    yield from findings(edited, width, look) or sentence(NOTHING, width, look)
    yield Text()
    seen = f", last seen in epoch {epoch:,}" if live else ""
    yield heading(f"The training under way{seen}", width, look)
    now = [
        Finding(found.code, found.severity, found.place, found.message, found.repair)
        for found in live
    ]
    yield from findings(now, width, look) or sentence(NOTHING, width, look)
